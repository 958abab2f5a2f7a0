import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream';
import type { BodyHashes } from '@pontage/contracts/query-proxy';
import { bodyTooLarge, overloaded } from '@pontage/problems';
import { BodyHasher } from './body-hasher.js';
import type { HeldBody } from './held-upload.js';

const blockBytes = 128 * 1024;
const tagBytes = 16;
/** So much of the disk may hold bodies at once. */
const defaultLimitBytes = 1024 * 1024 * 1024;

/** A body on disk, with what signers ask about it. */
export interface SpooledBody extends HeldBody {
  readonly hashes: BodyHashes;
  /** Gives the disk back. */
  close(): Promise<void>;
}

/**
 * Keeps request bodies that have to be read once before they are sent: in files that have no name any more when the first byte
 * is written, so that nothing of them outlives this process, sealed with keys that are in memory only.
 */
export class Spool {
  private usedBytes = 0;

  constructor(private readonly limitBytes = defaultLimitBytes) {}

  /**
   * The same as {@link take} until a response is over, however that comes about; undefined: it is over already.
   * @throws bodyTooLarge; overloaded when the spool is full; whatever the pieces throw
   */
  async takeFor(
    response: ServerResponse,
    pieces: AsyncIterable<Uint8Array>,
    maxBytes: number,
  ): Promise<SpooledBody | undefined> {
    const body = await this.take(pieces, maxBytes);
    // Also for a caller who went away after the last piece: that is not told any more.
    finished(response, () => void body.close());
    return response.destroyed ? undefined : body;
  }

  /** @throws bodyTooLarge; overloaded when the spool is full; whatever the pieces throw */
  async take(pieces: AsyncIterable<Uint8Array>, maxBytes: number): Promise<SpooledBody> {
    const file = await openNameless();
    const key = randomBytes(32);
    const hasher = new BodyHasher();
    let bytes = 0;
    const close = async (): Promise<void> => {
      this.usedBytes -= bytes;
      bytes = 0;
      await file.close();
    };
    try {
      let blocks = 0;
      for await (const block of inBlocks(pieces)) {
        bytes += block.length;
        this.usedBytes += block.length;
        if (bytes > maxBytes) throw bodyTooLarge({ limitBytes: maxBytes });
        if (this.usedBytes > this.limitBytes)
          throw overloaded({}, { detail: 'Too many large bodies wait to be signed.' });
        hasher.update(block);
        await file.write(sealed(key, blocks, block));
        blocks += 1;
      }
      return {
        bytes,
        hashes: hasher.digest(),
        read: (from, length) => readBlock(file, key, bytes, from, length),
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `pontage-body-${randomBytes(16).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

/** The same bytes in blocks of one size, but for the last one. */
async function* inBlocks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    rest = Buffer.concat([rest, piece]);
    for (; rest.length >= blockBytes; rest = rest.subarray(blockBytes)) yield rest.subarray(0, blockBytes);
  }
  if (rest.length > 0) yield rest;
}

function sealed(key: Buffer, index: number, block: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index));
  return Buffer.concat([cipher.update(block), cipher.final(), cipher.getAuthTag()]);
}

/** From a place to the end of its block at most. @throws Error when the file is not as it was written */
async function readBlock(file: FileHandle, key: Buffer, total: number, from: number, length: number): Promise<Buffer> {
  const index = Math.floor(from / blockBytes);
  const size = Math.min(blockBytes, total - index * blockBytes);
  const { buffer, bytesRead } = await file.read({
    buffer: Buffer.alloc(size + tagBytes),
    position: index * (blockBytes + tagBytes),
  });
  if (bytesRead !== size + tagBytes) throw new Error('a spooled body is shorter than it was');
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index));
  decipher.setAuthTag(buffer.subarray(size));
  const block = Buffer.concat([decipher.update(buffer.subarray(0, size)), decipher.final()]);
  const start = from - index * blockBytes;
  return block.subarray(start, start + length);
}

/** Each key seals one body, and each of its blocks once. */
function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(index, 8);
  return nonce;
}
