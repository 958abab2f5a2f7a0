import type { Readable } from 'node:stream';
import { bodyTooLarge } from '@pontage/problems';
import type { RunningQuery } from './query-client.js';

const chunkBytes = 128 * 1024;

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

/** Sends a large request body to the worker, as far as it has asked for it. */
export class Upload {
  private credit = 0;
  private sequence = 0;
  private sent = 0;
  private pumping = false;
  private finished = false;

  constructor(
    private readonly stream: Readable,
    /** Bytes that were read before. */
    private start: Buffer,
    private readonly limitBytes: number,
    private readonly query: () => RunningQuery,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** The worker takes that much more. */
  allow(bytes: number): void {
    this.credit += bytes;
    if (this.pumping || this.finished) return;
    this.pumping = true;
    this.pump().then(
      () => (this.pumping = false),
      (error: unknown) => {
        this.finished = true;
        this.query().cut();
        this.failed(error);
      },
    );
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
    this.credit -= piece.length;
    this.query().send(this.sequence, piece, last);
    this.sequence += 1;
    this.finished = last;
  }
}
