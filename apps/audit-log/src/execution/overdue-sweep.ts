import type { Logger } from '@pontage/telemetry';
import type { Checkpointer } from '../checkpoint/checkpointer.js';
import type { Ledger } from '../record/ledger.js';

const everyMs = 250;

/** Sees to it that every execution ends in the record, whoever was killed. */
export class OverdueSweep {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopped = false;
  private failing = false;

  constructor(
    private readonly ledger: Ledger,
    private readonly checkpointer: Checkpointer,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.round = this.sweep().then(() => {
        if (!this.stopped) this.start();
      });
    }, everyMs).unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.round;
  }

  private async sweep(): Promise<void> {
    try {
      for (const org of await this.ledger.overdueOrganisations()) {
        const appended = await this.ledger.endOverdue(org);
        if (appended !== undefined) this.checkpointer.note(org, appended);
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ err: error }, 'overdue executions cannot be ended now; trying again');
      this.failing = true;
    }
  }
}
