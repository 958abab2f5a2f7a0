import type { Logger } from '@pontage/telemetry';
import type { UnitOfWork } from './unit-of-work.js';

const pollMs = 1_000;
const flushMs = 10_000;

/** Tells what a crash, or an outage of the bus, has left in the outbox: at the start and every second. */
export class OutboxRelay {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private failing = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly logger: Logger,
  ) {}

  /** Tells everything that is there already, as far as the bus takes it, then goes on in the background. */
  async start(): Promise<void> {
    await this.relay();
    this.schedule();
  }

  /** Ends the background work; a round under way is waited for. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.round;
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.round = this.relay().then(() => {
        if (this.timer !== undefined) this.schedule();
      });
    }, pollMs).unref();
  }

  /** One round over every organisation; one that fails does not keep the others waiting. */
  private async relay(): Promise<void> {
    try {
      const { outbox } = this.unitOfWork;
      const rounds = await Promise.allSettled(
        (await outbox.organisations()).map((org) => outbox.flush(org, Date.now() + flushMs)),
      );
      const failed = rounds.find((round) => round.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ err: error }, 'the outbox could not be told; trying every second');
      this.failing = true;
    }
  }
}
