import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { isProblem } from '@pontage/problems';
import type { RunningQuery } from './query-client.js';
import { readStart, Upload } from './request-body.js';

function received() {
  const pieces: { sequence: number; length: number; last: boolean }[] = [];
  let cut = false;
  const query: RunningQuery = {
    executionId: 'e',
    attempts: 1,
    grant: () => undefined,
    send: (sequence, body, last) => void pieces.push({ sequence, length: body.length, last }),
    cut: () => (cut = true),
    cancel: () => undefined,
  };
  return { pieces, query, wasCut: () => cut };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('readStart', () => {
  it('reads a small body whole', async () => {
    const stream = new PassThrough();
    stream.end('small');
    expect(await readStart(stream, 10)).toEqual({ bytes: Buffer.from('small'), whole: true });
  });

  it('stops beyond the limit and leaves the rest in the stream', async () => {
    const stream = new PassThrough({ highWaterMark: 4 });
    const start = readStart(stream, 6);
    stream.write('12345');
    stream.write('67890');
    expect(await start).toMatchObject({ whole: false });
  });
});

describe('Upload', () => {
  it('sends no more than the worker allows, and says what is last', async () => {
    const { pieces, query } = received();
    const stream = new PassThrough();
    stream.end(Buffer.alloc(300));
    const upload = new Upload(
      stream,
      Buffer.alloc(100),
      1000,
      () => query,
      () => undefined,
    );
    upload.allow(150);
    await settled();
    expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(150);
    upload.allow(1000);
    await settled();
    await settled();
    expect(pieces.at(-1)).toMatchObject({ last: true });
    expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(400);
    expect(pieces.map(({ sequence }) => sequence)).toEqual(pieces.map((_, index) => index));
  });

  it('cuts a body that is longer than the limit', async () => {
    const { query, wasCut } = received();
    const failed: unknown[] = [];
    const upload = new Upload(
      new PassThrough().end(Buffer.alloc(200)),
      Buffer.alloc(0),
      100,
      () => query,
      (error) => failed.push(error),
    );
    upload.allow(1000);
    await settled();
    expect([wasCut(), failed.map((error) => isProblem(error) && error.slug)]).toEqual([true, ['body-too-large']]);
  });

  it('cuts when the client breaks off', async () => {
    const { query, wasCut } = received();
    const stream = new PassThrough();
    const failed: unknown[] = [];
    new Upload(
      stream,
      Buffer.from('begun'),
      100,
      () => query,
      (error) => failed.push(error),
    ).allow(50);
    await settled();
    stream.destroy();
    await settled();
    expect([wasCut(), failed.length]).toEqual([true, 1]);
  });
});
