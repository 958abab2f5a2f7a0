import { describe, expect, it } from '@jest/globals';
import { cookieLine, cookiePairs } from './cookie-pairs.js';

describe('cookiePairs', () => {
  it('reads names and values in their order, duplicates and signs of equality in values too', () => {
    expect(cookiePairs('a=1; b="x=y";a=2 ;c=')).toEqual([
      ['a', '1'],
      ['b', '"x=y"'],
      ['a', '2'],
      ['c', ''],
    ]);
  });

  it('leaves out what is no pair', () => {
    expect([undefined, '', ';;', 'name', '=value', ' = '].flatMap(cookiePairs)).toEqual([]);
  });

  it('comes back from the line that it makes', () => {
    const line = 'a=1; b=2; a=3';
    expect(cookieLine(cookiePairs(line))).toBe(line);
  });
});
