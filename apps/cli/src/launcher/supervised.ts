import { setTimeout as sleep } from 'node:timers/promises';

/** One running instance of something that is kept running. */
export interface Instance {
  readonly pid: number;
  readonly health: string | null;
  /** Settles when it has ended, with what a person should know about it. */
  readonly exited: Promise<string>;
  /** Settles when it has been told to end by somebody else, and waits for a successor before it does. */
  readonly leaving?: Promise<void>;
  stop(): Promise<void>;
}

interface SupervisedOptions {
  readonly name: string;
  /** Starts it and waits until it is ready; gives up when told to. */
  readonly start: (signal: AbortSignal) => Promise<Instance>;
  readonly onUp: (instance: Instance) => void;
  readonly onDown: () => void;
  readonly report: (line: string) => void;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** Up for as long as this, and the next crash counts as the first one again. */
const steadyAfterMs = 10_000;

/**
 * Keeps one process running: one that ends by itself is reported, and started again after a pause that grows. One that
 * was told to end gets its successor first, so that nothing fails meanwhile.
 */
export class Supervised {
  private readonly giveUp = new AbortController();
  private instance: Instance | undefined;
  private crashes = 0;
  private starting: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: SupervisedOptions) {}

  /** The first start. It is not tried again: what fails at once would fail again. */
  async start(): Promise<Instance> {
    const first = this.options.start(this.giveUp.signal);
    this.starting = first.catch(() => undefined);
    return this.take(await first);
  }

  /** Ends it, and whatever of it is about to start. */
  async stop(): Promise<void> {
    this.giveUp.abort();
    await this.starting;
    await this.instance?.stop();
    this.options.onDown();
  }

  private take(instance: Instance): Instance {
    this.instance = instance;
    const since = Date.now();
    this.options.onUp(instance);
    void instance.exited.then((how) => {
      if (this.giveUp.signal.aborted || this.instance !== instance) return;
      this.crashes = Date.now() - since > steadyAfterMs ? 1 : this.crashes + 1;
      this.options.onDown();
      this.starting = this.restart(how);
    });
    void instance.leaving?.then(() => {
      if (!this.giveUp.signal.aborted && this.instance === instance) this.starting = this.succeed(instance);
    });
    return instance;
  }

  private async succeed(former: Instance): Promise<void> {
    const { name, report, start } = this.options;
    report(`${name} was told to stop; its successor comes first`);
    try {
      const { pid } = this.take(await start(this.giveUp.signal));
      report(`${name} runs again as process ${pid}`);
    } catch (error) {
      // The end of the former is that of the last one, which is started again.
      report(`the successor of ${name} ${(error as Error).message}`);
    }
    await former.stop();
  }

  private async restart(how: string): Promise<void> {
    const { name, report, start } = this.options;
    const { signal } = this.giveUp;
    for (let said = how; !signal.aborted; this.crashes += 1) {
      const pauseMs = Math.min(firstPauseMs * 2 ** (this.crashes - 1), longestPauseMs);
      report(`${name} ${said}; starting it again in ${pauseMs} ms`);
      try {
        await sleep(pauseMs, undefined, { signal });
        const { pid } = this.take(await start(signal));
        report(`${name} runs again as process ${pid}`);
        return;
      } catch (error) {
        said = (error as Error).message;
      }
    }
  }
}
