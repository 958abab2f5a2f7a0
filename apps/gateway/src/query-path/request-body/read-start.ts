import type { Readable } from 'node:stream';

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
export function moreOf(stream: Readable): Promise<void> {
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
