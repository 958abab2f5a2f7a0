import type { Readable } from 'node:stream';
import { bodyNotReplayable, bodyTooLarge } from '@pontage/problems';
import type { RunningQuery } from './query-client.js';

const chunkBytes = 128 * 1024;
/** So much of a body that was sent can be sent once more. */
const keptBytes = 1024 * 1024;

/** The beginning of a request's body, and whether that is all of it. */
export interface BodyStart {
  readonly bytes: Buffer;
  readonly whole: boolean;
}

/** Reads up to `limit` bytes, to see whether a body is small; what is beyond stays in the stream. */
export async function readStart(stream: Readable, limit: number): Promise<BodyStart> {
  const parts: Buffer[] = [];
  let length = 0;
  while (length <= limit) {
    const part = stream.read() as Buffer | null;
    if (part !== null) {
      parts.push(part);
      length += part.length;
    } else if (stream.readableEnded) {
      return { bytes: Buffer.concat(parts), whole: true };
    } else {
      await moreOf(stream);
    }
  }
  return { bytes: Buffer.concat(parts), whole: false };
}

/** Waits until the stream has more, or has ended. @throws Error when the client broke off. */
function moreOf(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      stream.off('readable', onMore).off('end', onMore).off('error', finish).off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onMore = () => finish();
    const onClose = () => finish(stream.readableEnded ? undefined : new Error('the client broke off'));
    stream.on('readable', onMore).on('end', onMore).on('error', finish).on('close', onClose);
  });
}

/** Sends a large request body to the worker, as far as it has asked for it; its beginning is kept in case it is asked for again. */
export class Upload {
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

/** Sends a body that is here as a whole: to each attempt's worker from its beginning. */
export class WholeUpload {
  private attempt = 0;
  private sequence = 0;
  private sent = 0;

  constructor(
    private readonly body: Buffer,
    private readonly query: () => RunningQuery,
  ) {}

  /** The worker takes that much more. */
  allow(bytes: number, attempt: number): void {
    if (attempt < this.attempt) return;
    if (attempt > this.attempt) [this.attempt, this.sequence, this.sent] = [attempt, 0, 0];
    for (const end = Math.min(this.body.length, this.sent + bytes); this.sent < end; this.sequence += 1) {
      const piece = this.body.subarray(this.sent, Math.min(end, this.sent + chunkBytes));
      this.sent += piece.length;
      this.query().send(this.sequence, piece, this.sent === this.body.length);
    }
  }
}
