import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteSearch } from './byte-search.js';

/** Few different bytes: much looks like a pattern and is none. */
const bytes = (maxLength: number) =>
  fc.array(fc.constantFrom(97, 98, 99, 255), { minLength: 1, maxLength }).map((values) => Buffer.from(values));

describe('ByteSearch', () => {
  it('finds what a search for each by itself finds', () => {
    fc.assert(
      fc.property(fc.array(bytes(6), { minLength: 1, maxLength: 4 }), bytes(60), (patterns, text) => {
        expect(new ByteSearch(patterns).isIn(text)).toBe(patterns.some((pattern) => text.includes(pattern)));
      }),
      { numRuns: 5_000 },
    );
  });

  it('finds a pattern that is longer than its table tells of', () => {
    const long = Buffer.from(Array.from({ length: 700 }, (_, index) => index % 251));
    const search = new ByteSearch([long]);
    expect(search.isIn(Buffer.concat([Buffer.alloc(1_000), long, Buffer.alloc(1_000)]))).toBe(true);
    expect(search.isIn(Buffer.concat([Buffer.alloc(1_000), long.subarray(0, 699), Buffer.alloc(1_000)]))).toBe(false);
  });

  it('finds nothing where there is nothing to find, or nothing to look for', () => {
    expect(new ByteSearch([]).isIn(Buffer.from('abc'))).toBe(false);
    expect(new ByteSearch([Buffer.from('abc')]).isIn(Buffer.alloc(0))).toBe(false);
  });
});
