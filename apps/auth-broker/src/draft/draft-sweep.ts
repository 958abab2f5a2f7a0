import type { Logger } from '@pontage/telemetry';
import { type DraftStore } from './draft-store.js';

const everyMs = 60_000;

/** Deletes drafts that nobody claimed: at the start and every minute. */
export class DraftSweep {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();

  constructor(
    private readonly drafts: DraftStore,
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
      const count = await this.drafts.sweep();
      if (count > 0) this.logger.info({ count }, 'drafts that nobody claimed were deleted');
    } catch (error) {
      this.logger.warn({ err: error }, 'drafts could not be swept; trying again in a minute');
    }
  }
}
