import type { Readable } from 'node:stream';
import { bodyNotReplayable, bodyTooLarge } from '@pontage/problems';
import type { RunningQuery } from '../client/open-query.js';
import { moreOf } from './read-start.js';

const chunkBytes = 128 * 1024;
/** So much of a body that was sent can be sent once more. */
const keptBytes = 1024 * 1024;

/** Sends a large request body to the worker, as far as it has asked for it; its beginning is kept in case it is asked for again. */
export class StreamedUpload {
  private attempt = 0;
  private credit = 0;
  private sequence = 0;
  private sent = 0;
  private pumping = false;
  private finished = false;
  /** What was sent, for another attempt; undefined once that is more than is kept. */
  private kept: Buffer[] | undefined = [];

  constructor(
    private readonly stream: Readable,
    /** Bytes that were read before. */
    private start: Buffer,
    private readonly limitBytes: number,
    private readonly query: () => RunningQuery,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** The worker takes that much more; a later attempt's worker takes the body from its beginning. */
  allow(bytes: number, attempt: number): void {
    if (attempt < this.attempt) return;
    try {
      if (attempt > this.attempt) this.begin(attempt);
    } catch (error) {
      return this.giveUp(error);
    }
    this.credit += bytes;
    if (this.pumping || this.finished) return;
    this.pumping = true;
    this.pump().then(
      () => (this.pumping = false),
      (error: unknown) => this.giveUp(error),
    );
  }

  /**
   * Ends the upload and gives the whole body, from its beginning, to somebody who has to see all of it first.
   * @throws bodyNotReplayable when more of it was sent than is kept; Error when the client breaks off
   */
  async *whole(): AsyncGenerator<Buffer> {
    this.finished = true;
    if (this.kept === undefined) throw bodyNotReplayable({});
    yield* this.kept;
    yield this.start;
    for (;;) {
      const piece = this.stream.read() as Buffer | null;
      if (piece !== null) yield piece;
      else if (this.stream.readableEnded) return;
      else await moreOf(this.stream);
    }
  }

  private begin(attempt: number): void {
    if (this.kept === undefined) throw bodyNotReplayable({});
    this.start = Buffer.concat([...this.kept.splice(0), this.start]);
    this.attempt = attempt;
    this.credit = 0;
    this.sequence = 0;
    this.sent = 0;
    this.finished = false;
  }

  private giveUp(error: unknown): void {
    this.finished = true;
    this.query().cut();
    this.failed(error);
  }

  private async pump(): Promise<void> {
    while (this.credit > 0 && !this.finished) {
      const piece = this.next();
      if (piece !== undefined) this.send(piece, false);
      else if (this.stream.readableEnded) this.send(Buffer.alloc(0), true);
      else await moreOf(this.stream);
    }
  }

  private next(): Buffer | undefined {
    if (this.start.length === 0) this.start = (this.stream.read() as Buffer | null) ?? this.start;
    if (this.start.length === 0) return undefined;
    const length = Math.min(chunkBytes, this.credit, this.start.length);
    const piece = this.start.subarray(0, length);
    this.start = this.start.subarray(length);
    return piece;
  }

  private send(piece: Buffer, last: boolean): void {
    this.sent += piece.length;
    if (this.sent > this.limitBytes) throw bodyTooLarge({ limitBytes: this.limitBytes });
    if (this.sent > keptBytes) this.kept = undefined;
    else this.kept?.push(piece);
    this.credit -= piece.length;
    this.query().send(this.sequence, piece, last);
    this.sequence += 1;
    this.finished = last;
  }
}
