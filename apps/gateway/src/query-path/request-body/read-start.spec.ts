import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { readStart } from './read-start.js';

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
