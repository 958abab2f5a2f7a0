import { Readable } from 'node:stream';
import type { CreditBudget } from './credit-budget.js';
import type { RunningQuery } from '../client/open-query.js';

/** Body bytes that a worker sends before it is granted more; the dispatch says so. */
const firstWindow = 128 * 1024;

/** The body of a streamed answer: it grants the worker what its reader has taken, so that nobody holds more than a window. */
export class AnswerBody extends Readable {
  private owed = 0;
  private reserved = 0;
  private ended = false;

  constructor(
    private readonly query: RunningQuery,
    private readonly budget: CreditBudget,
  ) {
    super({ highWaterMark: 256 * 1024 });
  }

  /** Takes a chunk that has arrived. */
  receive(bytes: Uint8Array): void {
    if (this.reserved === 0) this.widen();
    if (this.push(bytes)) this.query.grant(bytes.length);
    else this.owed += bytes.length;
  }

  /** The whole body has arrived. */
  finish(): void {
    this.ended = true;
    this.push(null);
  }

  override _read(): void {
    if (this.owed === 0) return;
    this.query.grant(this.owed);
    this.owed = 0;
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.ended) this.query.cancel('client-gone');
    this.budget.release(this.reserved);
    this.reserved = 0;
    done(error);
  }

  private widen(): void {
    this.reserved = this.budget.reserve(firstWindow);
    if (this.reserved > 0) this.query.grant(this.reserved);
  }
}
