import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { isProblem } from '@pontage/problems';
import type { RunningQuery } from '../client/open-query.js';
import { received } from './received-pieces.fixture.js';
import { StreamedUpload } from './streamed-upload.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('StreamedUpload', () => {
  it('sends no more than the worker allows, and says what is last', async () => {
    const { pieces, query } = received();
    const stream = new PassThrough();
    stream.end(Buffer.alloc(300));
    const upload = new StreamedUpload(
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
    const upload = new StreamedUpload(
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
    new StreamedUpload(
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

  it('gives the whole body to somebody who has to see it first, from its beginning', async () => {
    const { query } = received();
    const bytes = randomBytes(500_000);
    const upload = uploadOf(new PassThrough().end(bytes), query);
    upload.allow(70_000, 1);
    await settled();
    const pieces: Buffer[] = [];
    for await (const piece of upload.whole()) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
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
  new StreamedUpload(
    stream,
    Buffer.alloc(0),
    10 * 1024 * 1024,
    () => query,
    (error) => failed.push(error),
  );
