import type { Logger } from '@pontage/telemetry';
import { type GrantStore } from './grant-store.js';

const everyMs = 60_000;

/** Deletes the grants of callers who have not come again: at the start and every minute. */
export class GrantSweep {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();

  constructor(
    private readonly grants: GrantStore,
    private readonly logger: Logger,
  ) {}

  start(): void {
    const sweep = () => void (this.round = this.sweep());
    this.timer = setInterval(sweep, everyMs).unref();
    sweep();
  }

  /** Ends the background work; a round under way is waited for. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.round;
  }

  private async sweep(): Promise<void> {
    try {
      const count = await this.grants.sweep();
      if (count > 0) this.logger.info({ count }, 'grants of callers were deleted that had been over for an hour');
    } catch (error) {
      this.logger.warn({ err: error }, 'grants could not be swept; trying again in a minute');
    }
  }
}
