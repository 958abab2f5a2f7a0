import type { Probe } from '@pontage/contracts/egress-worker';
import type { UpstreamHead } from './answer-sink.js';

/** So much of a body may tell why a credential was refused, and so long may it take to come. */
const readBytes = 16 * 1024;
const readMs = 500;
/** What of a head tells why an answer refuses, or where it leads; it is read and not shown. */
const telling: ReadonlySet<string> = new Set(['www-authenticate', 'location']);

/**
 * The answer to a connection test. Its body ends here: in an answer that refuses, the auth method's own words are looked
 * for, and every other body is not read at all.
 */
export class ProbedAnswer {
  /** Nothing of the body is looked at. */
  readonly echoes = false;
  readonly bytes = 0;
  private read = '';
  private timer: NodeJS.Timeout | undefined;

  /** @param done is called once, with what the word means that was found */
  constructor(
    readonly head: UpstreamHead,
    private readonly refusals: Probe['refusals'],
    private readonly done: (refusal: string | null) => void,
  ) {}

  /** The head as far as it goes on; what the sender observes is among it, to be taken out on the way. */
  shown(observe: readonly string[]): UpstreamHead {
    const isShown = ([name]: readonly [string, string]): boolean =>
      telling.has(name.toLowerCase()) || observe.includes(name.toLowerCase());
    return { status: this.head.status, headers: this.head.headers.filter(isShown) };
  }

  /** Begins to read, or is done at once. */
  start(): void {
    const isRefusing = this.head.status >= 400 && this.head.status < 500;
    if (!isRefusing || Object.keys(this.refusals).length === 0) return this.finish();
    this.read = this.head.headers.map(([, value]) => value).join('\n');
    this.timer = setTimeout(() => this.finish(), readMs);
  }

  push(chunk: Buffer): boolean {
    this.read += chunk.toString('latin1', 0, readBytes);
    if (this.read.length >= readBytes) this.finish();
    return true;
  }

  finish(): void {
    const word = Object.keys(this.refusals).find((each) => this.read.includes(each));
    this.destroy();
    this.done(word === undefined ? null : (this.refusals[word] ?? null));
  }

  /** No credit is needed where nothing is sent. */
  grant(): void {
    return undefined;
  }

  destroy(): void {
    clearTimeout(this.timer);
  }
}
