import type { Logger } from '@pontage/telemetry';

/** What nobody needs any more, and how it goes away. */
export interface Swept {
  readonly everyMs: number;
  /** Deletes it. Returns how much there was. */
  sweep(): Promise<number>;
  /** What the log says of a round that found something. */
  readonly done: string;
  /** What the log says of a round that failed; the next one tries again. */
  readonly failed: string;
}

/** Deletes in the background: at the start, and then again and again. */
export class Sweep {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();

  constructor(
    private readonly what: Swept,
    private readonly logger: Logger,
  ) {}

  start(): void {
    const begin = () => void (this.round = this.attempt());
    this.timer = setInterval(begin, this.what.everyMs).unref();
    begin();
  }

  /** Ends the background work; a round under way is waited for. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.round;
  }

  private async attempt(): Promise<void> {
    const { done, failed } = this.what;
    try {
      const count = await this.what.sweep();
      if (count > 0) this.logger.info({ count }, done);
    } catch (error) {
      this.logger.warn({ err: error }, failed);
    }
  }
}
