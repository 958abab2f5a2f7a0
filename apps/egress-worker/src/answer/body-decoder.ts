// Undoes Content-Encoding (RFC 9110, 8.4) piece by piece: gzip, deflate, br and up to three of them on top of one another.
// Not zstd: Node 20 has none. A bomb is never inflated into memory: each coding's output is counted against the limit,
// and everything waits when the reader does.

import { Transform, type TransformCallback } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import type { Pairs } from '@pontage/http-message';
import { responseTooLarge, upstreamBroken, type Problem } from '@pontage/problems';

/** What comes out of a decoder. */
export interface DecodedEvents {
  /** A decoded piece; false pauses the decoder. */
  data(chunk: Buffer): boolean;
  end(): void;
  failed(problem: Problem): void;
  /** More may be written after `write` said false. */
  writable(): void;
}

const maxCodings = 3;
const options = { chunkSize: 64 * 1024 };
const decoders: ReadonlyMap<string, (first: number) => Transform> = new Map<string, (first: number) => Transform>([
  ['gzip', () => createGunzip(options)],
  ['x-gzip', () => createGunzip(options)],
  ['br', () => createBrotliDecompress(options)],
  // "deflate" means zlib (RFC 1950), but some servers send bare deflate (RFC 1951); the first byte tells.
  ['deflate', (first) => ((first & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options))],
]);

/** The codings of an answer, the outermost last. */
export function codingsOf(headers: Pairs): readonly string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .flatMap(([, value]) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
}

/** The headers of the decoded answer: without what described the encoded one. */
export const decodedHeaders = (headers: Pairs): Pairs =>
  headers.filter(([name]) => !['content-encoding', 'content-length'].includes(name.toLowerCase()));

/** Decodes one body. */
export class BodyDecoder {
  private first: Transform | undefined;
  private last: Transform | undefined;

  /** @throws Problem `upstream-broken` when a coding is none that we know, or there are too many. */
  constructor(
    private readonly codings: readonly string[],
    private readonly maxBytes: number,
    private readonly events: DecodedEvents,
  ) {
    const unknown = codings.find((coding) => !decoders.has(coding));
    if (unknown !== undefined || codings.length > maxCodings) {
      const name = JSON.stringify((unknown ?? codings.join(', ')).slice(0, 40));
      throw upstreamBroken(
        { stage: 'body' },
        { detail: `The upstream used the content coding ${name}, which cannot be undone here.` },
      );
    }
  }

  /** False: wait for `writable`. */
  write(chunk: Buffer): boolean {
    return this.input(chunk[0] ?? 0).write(chunk);
  }

  finish(): void {
    // An empty body is a valid answer whatever its coding is called.
    if (this.first === undefined) this.events.end();
    else this.first.end();
  }

  resume(): void {
    this.last?.resume();
  }

  destroy(): void {
    this.first?.destroy();
    this.last?.destroy();
  }

  private input(firstByte: number): Transform {
    if (this.first !== undefined) return this.first;
    const outermostFirst = [...this.codings].reverse();
    const stages = outermostFirst.flatMap((coding, index) => {
      // Within another coding the first byte is not known yet: the standard's zlib format.
      const decoder = decoders.get(coding)?.(index === 0 ? firstByte : 8);
      return decoder === undefined ? [] : [this.watch(decoder), this.watch(new Counter(this.maxBytes))];
    });
    const last = stages.reduce((from, to) => from.pipe(to));
    last.on('data', (chunk: Buffer) => {
      if (!this.events.data(chunk)) last.pause();
    });
    last.once('end', () => this.events.end());
    this.last = last;
    this.first = stages[0] ?? last;
    this.first.on('drain', () => this.events.writable());
    return this.first;
  }

  private watch(stage: Transform): Transform {
    return stage.once('error', (cause: Error) => {
      this.destroy();
      const tooLarge = cause instanceof TooLarge;
      this.events.failed(
        tooLarge
          ? responseTooLarge({ limitBytes: this.maxBytes })
          : upstreamBroken(
              { stage: 'body' },
              { detail: 'The body does not decode as its Content-Encoding says.', cause },
            ),
      );
    });
  }
}

class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

class Counter extends Transform {
  private bytes = 0;

  constructor(private readonly limit: number) {
    super({ highWaterMark: 64 * 1024 });
  }

  override _transform(chunk: Buffer, _: BufferEncoding, callback: TransformCallback): void {
    this.bytes += chunk.length;
    if (this.bytes > this.limit) callback(new TooLarge());
    else callback(null, chunk);
  }
}
