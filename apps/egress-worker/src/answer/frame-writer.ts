import { Pieces } from '@pontage/bus';
import { asProblem, responseTooLarge, type Problem } from '@pontage/problems';
import type { AnswerSink, UpstreamHead } from './answer-sink.js';
import type { InjectedValues } from './injected-values.js';

/** What the writer tells whoever feeds it. */
export interface WriterEvents {
  /** There is room again after `push` said false. */
  writable(): void;
  /** Everything has been handed to the sink but the last frame: `whole` when the answer is one frame, `end` otherwise. */
  written(last: { readonly whole: Buffer } | { readonly chunks: number }, bytes: number): void;
  failed(problem: Problem): void;
}

/** How much may be sent. */
export interface WriterLimits {
  readonly maxBytes: number;
  /** Bytes that may be sent before the first credit. */
  readonly window: number;
}

/** An answer up to here goes as one frame when it is complete in time. */
export const wholeBytes = 64 * 1024;
/** The most that one chunk carries; NATS takes a megabyte. */
export const chunkBytes = 128 * 1024;
/** So much waits for credit before the upstream is paused. */
const waitingBytes = 2 * chunkBytes;
/** How long a small answer may take to be complete, and a chunk to be filled. */
const gatherMs = 5;

/**
 * Turns the body of an answer into frames: one when it is small, otherwise a head with the first bytes and chunks as far
 * as the reader's credit goes. Bytes are looked at for injected values before they leave.
 */
export class FrameWriter {
  private readonly waiting = new Pieces();
  private total = 0;
  private sent = 0;
  private credit: number;
  private chunks = 0;
  private headSent = false;
  private ended = false;
  private full = false;
  private over = false;
  private sealed = false;
  private found = false;
  private timer: NodeJS.Timeout | undefined;
  private arming = false;

  constructor(
    private readonly head: UpstreamHead,
    private readonly sink: AnswerSink,
    private readonly limits: WriterLimits & { readonly injected: InjectedValues; readonly events: WriterEvents },
  ) {
    this.credit = limits.window;
  }

  /** Seals everything that has not been sent yet. @throws Problem when there is no key to seal with. */
  seal(): void {
    this.sealed = true;
    this.sink.seal();
  }

  /** Body bytes that have been handed to the sink. */
  get bytes(): number {
    return this.sent;
  }

  /** An injected value has been seen, in the head or in the body. */
  get echoes(): boolean {
    return this.found;
  }

  /** Takes a piece of the body; false: wait for `writable`. */
  push(piece: Buffer): boolean {
    if (this.over) return true;
    const { injected, maxBytes, events } = this.limits;
    this.total += piece.length;
    try {
      if (this.total > maxBytes) throw responseTooLarge({ limitBytes: maxBytes });
      if (!this.found && injected.findNext(piece)) this.note();
    } catch (error) {
      this.stop();
      events.failed(asProblem(error));
      return true;
    }
    this.waiting.push(piece);
    if (this.waiting.length >= (this.headSent ? chunkBytes : wholeBytes + 1)) this.flush(false);
    else this.armSoon();
    this.full = this.waiting.length >= waitingBytes;
    return !this.full;
  }

  /** The body is complete. */
  finish(): void {
    if (this.over) return;
    this.ended = true;
    if (this.headSent || this.total > Math.min(wholeBytes, this.credit)) return this.flush(true);
    this.stop();
    this.sent = this.total;
    this.limits.events.written({ whole: this.waiting.take(this.waiting.length) }, this.sent);
  }

  /**
   * The answer has begun and may take long: its head leaves soon even if no byte of the body comes.
   * @throws Problem when it has to be sealed and there is no key.
   */
  begin(): void {
    const { head, limits } = this;
    if (limits.injected.isIn(head.headers.map(([, value]) => value))) this.note();
    this.armSoon();
  }

  /** The reader takes more. */
  grant(bytes: number): void {
    this.credit += bytes;
    if (this.headSent || this.ended) this.flush(this.ended || this.timer === undefined);
  }

  /** What has come whole in one piece is over before this runs, and needs no timer. */
  private armSoon(): void {
    if (this.arming) return;
    this.arming = true;
    queueMicrotask(() => {
      this.arming = false;
      if (!this.over && !this.ended) this.timer ??= setTimeout(() => this.flush(true), gatherMs);
    });
  }

  /** Sends nothing more. */
  stop(): void {
    this.over = true;
    clearTimeout(this.timer);
  }

  /** Once is enough: the answer is passed on as it is, sealed. */
  private note(): void {
    this.found = true;
    if (!this.sealed) this.seal();
  }

  /** Sends what credit allows: full chunks only, or `everything`. */
  private flush(everything: boolean): void {
    if (this.over) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.headSent) this.sendHead();
    // A value could begin in the last bytes; whether it does is known when the next ones come.
    const undecided = this.sealed || this.ended ? 0 : this.limits.injected.undecided;
    for (;;) {
      const size = Math.min(chunkBytes, this.credit, this.waiting.length - undecided);
      if (size <= 0 || (size < chunkBytes && !everything && this.credit > size)) break;
      this.sink.chunk(this.chunks, this.waiting.take(size));
      this.chunks += 1;
      this.credit -= size;
      this.sent += size;
    }
    if (this.ended && this.waiting.length === 0) {
      this.stop();
      return this.limits.events.written({ chunks: this.chunks }, this.sent);
    }
    if (!everything && this.waiting.length > 0 && this.credit > 0)
      this.timer ??= setTimeout(() => this.flush(true), gatherMs);
    if (!this.full || this.waiting.length >= waitingBytes) return;
    this.full = false;
    this.limits.events.writable();
  }

  private sendHead(): void {
    this.headSent = true;
    const undecided = this.sealed || this.ended ? 0 : this.limits.injected.undecided;
    const size = Math.max(0, Math.min(wholeBytes, this.credit, this.waiting.length - undecided));
    this.sink.head(this.head, this.waiting.take(size));
    this.credit -= size;
    this.sent += size;
  }
}
