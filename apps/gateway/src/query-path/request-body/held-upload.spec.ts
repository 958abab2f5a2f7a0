import { describe, expect, it } from '@jest/globals';
import { HeldUpload, inMemory } from './held-upload.js';
import { received } from './received-pieces.fixture.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('HeldUpload', () => {
  it('sends what is allowed and says what is last', async () => {
    const { pieces, query } = received();
    const upload = new HeldUpload(
      inMemory(Buffer.alloc(10)),
      () => query,
      (error) => {
        throw error;
      },
    );
    upload.allow(6, 1);
    await settled();
    upload.allow(20, 1);
    await settled();
    expect(pieces.map(({ length, last }) => [length, last])).toEqual([
      [6, false],
      [4, true],
    ]);
  });

  it('begins anew for each attempt, also while it reads for the one before', async () => {
    const { pieces, query } = received();
    const upload = new HeldUpload(
      inMemory(Buffer.alloc(10)),
      () => query,
      (error) => {
        throw error;
      },
    );
    upload.allow(6, 1);
    upload.allow(20, 2);
    upload.allow(20, 1);
    await settled();
    expect(pieces).toEqual([{ sequence: 0, length: 10, last: true }]);
    upload.allow(20, 3);
    await settled();
    expect(pieces.at(-1)).toEqual({ sequence: 0, length: 10, last: true });
  });

  it('cuts the body off when it cannot be read', async () => {
    const { query, wasCut } = received();
    const failed: unknown[] = [];
    const broken = { bytes: 10, read: () => Promise.reject(new Error('gone')) };
    new HeldUpload(
      broken,
      () => query,
      (error) => failed.push(error),
    ).allow(5, 1);
    await settled();
    expect([wasCut(), failed]).toEqual([true, [new Error('gone')]]);
  });
});
