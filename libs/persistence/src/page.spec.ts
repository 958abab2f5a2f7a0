import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { decodeCursor, encodeCursor, pageOf } from './page.js';

const byName = z.tuple([z.string(), z.uuid()]);
const place = ['orders', '3b6a54c8-31f1-4f1c-9c39-8f5b1a1d6f6e'] as const;

describe('a cursor', () => {
  it('leads back to the place that it was made from', () => {
    expect(decodeCursor(encodeCursor(place), byName)).toEqual(place);
    expect(decodeCursor(undefined, byName)).toBeUndefined();
  });

  it.each([
    ['garbage', 'garbage'],
    ['an empty text', ''],
    ['a changed character', encodeCursor(place).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['another list’s cursor', encodeCursor([7])],
    ['JSON that nobody gave out', Buffer.from(`000000${JSON.stringify(place)}`).toString('base64url')],
  ])('is refused with a pointer when it is %s', (_, cursor) => {
    expect(() => decodeCursor(cursor, byName)).toThrow(
      expect.objectContaining({ slug: 'invalid-request', errors: [expect.objectContaining({ pointer: '/cursor' })] }),
    );
  });
});

describe('pageOf', () => {
  const page = (rows: number[], limit: number) =>
    pageOf(
      rows,
      limit,
      (row) => [row],
      (row) => `#${row}`,
    );

  it('shows as many as asked for and says where the next page begins', () => {
    expect(page([1, 2, 3], 2)).toEqual({ data: ['#1', '#2'], nextCursor: encodeCursor([2]) });
  });

  it('ends when nothing follows', () => {
    expect(page([1, 2], 2).nextCursor).toBeNull();
    expect(page([], 2)).toEqual({ data: [], nextCursor: null });
  });
});
