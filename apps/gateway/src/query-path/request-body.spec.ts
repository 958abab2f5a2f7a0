import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { isProblem } from '@pontage/problems';
import type { RunningQuery } from './query-client.js';
import { readStart, Upload, WholeUpload } from './request-body.js';

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
    upload.allow(150, 1);
    await settled();
    expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(150);
    upload.allow(1000, 1);
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
    upload.allow(1000, 1);
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
    ).allow(50, 1);
    await settled();
    stream.destroy();
    await settled();
    expect([wasCut(), failed.length]).toEqual([true, 1]);
  });

  it('sends the whole beginning once more to the worker of a later attempt', async () => {
    const { pieces, query } = received();
    const upload = uploadOf(new PassThrough().end(Buffer.alloc(300)), query);
    upload.allow(250, 1);
    await settled();
    upload.allow(50, 2);
    upload.allow(500, 1);
    await settled();
    upload.allow(500, 2);
    await settled();
    expect(pieces.map(({ sequence, length }) => [sequence, length])).toEqual([
      [0, 250],
      [0, 50],
      [1, 250],
      [2, 0],
    ]);
  });

  it('cannot send a body once more of which more than 1 MB has gone', async () => {
    const { query, wasCut } = received();
    const failed: unknown[] = [];
    const upload = uploadOf(new PassThrough().end(Buffer.alloc(3 * 1024 * 1024)), query, failed);
    upload.allow(2 * 1024 * 1024, 1);
    await settled();
    upload.allow(1, 2);
    expect([wasCut(), failed.map((error) => isProblem(error) && error.slug)]).toEqual([true, ['body-not-replayable']]);
  });
});

const uploadOf = (stream: PassThrough, query: RunningQuery, failed: unknown[] = []) =>
  new Upload(
    stream,
    Buffer.alloc(0),
    10 * 1024 * 1024,
    () => query,
    (error) => failed.push(error),
  );

describe('WholeUpload', () => {
  it('begins anew for each attempt', () => {
    const { pieces, query } = received();
    const upload = new WholeUpload(Buffer.alloc(10), () => query);
    upload.allow(6, 1);
    upload.allow(20, 2);
    upload.allow(20, 1);
    expect(pieces).toEqual([
      { sequence: 0, length: 6, last: false },
      { sequence: 0, length: 10, last: true },
    ]);
  });
});
