import type { Logger } from '@pontage/telemetry';

/** What goes on by itself: what nobody needs any more goes away, and what is due is done. */
export interface Swept {
  readonly everyMs: number;
  /** One round; a long one leaves the rest to others when it is told to end. Returns how much there was to do. */
  sweep(ending: AbortSignal): Promise<number>;
  /** What the log says of a round that found something. */
  readonly done: string;
  /** What the log says of a round that failed; the next one tries again. */
  readonly failed: string;
}

/** Works in the background: at the start, and then again and again, one round at a time. */
export class Sweep {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private readonly ending = new AbortController();

  constructor(
    private readonly what: Swept,
    private readonly logger: Logger,
  ) {}

  start(): void {
    // A round may take longer than the time to the next.
    const begin = () => void (this.round ??= this.attempt().finally(() => (this.round = undefined)));
    this.timer = setInterval(begin, this.what.everyMs).unref();
    begin();
  }

  /** Ends the background work; a round under way is waited for. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.ending.abort();
    await this.round;
  }

  private async attempt(): Promise<void> {
    const { done, failed } = this.what;
    try {
      const count = await this.what.sweep(this.ending.signal);
      if (count > 0) this.logger.info({ count }, done);
    } catch (error) {
      this.logger.warn({ err: error }, failed);
    }
  }
}
