import { describe, expect, it } from '@jest/globals';
import { Allowance } from './allowance.js';

describe('Allowance', () => {
  it('allows a burst, then one at a time, and counts what it refused', () => {
    let now = 0;
    const allowance = new Allowance({ burst: 2, perSecond: 1 }, () => now);
    expect([allowance.take('a'), allowance.take('a'), allowance.take('a'), allowance.take('b')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    now = 1000;
    expect(allowance.take('a')).toBe(true);
    expect(allowance.take('a')).toBe(false);
    expect(allowance.refusedSince('a')).toBe(2);
    expect(allowance.refusedSince('a')).toBe(0);
  });

  it('forgets the key that was longest without use, not the one that is being refused', () => {
    const allowance = new Allowance({ burst: 1, perSecond: 0 }, () => 0);
    const taken = ['guessed', 'left alone'].map((key) => allowance.take(key));
    expect(taken).toEqual([true, true]);
    for (let index = 0; index < 9_999; index += 1) {
      allowance.take(`key ${index}`);
      if (index % 1000 === 0) expect(allowance.take('guessed')).toBe(false);
    }
    expect(allowance.take('guessed')).toBe(false);
    expect(allowance.take('left alone')).toBe(true);
  });

  it('forgets the oldest key instead of growing', () => {
    const allowance = new Allowance({ burst: 1, perSecond: 0 }, () => 0);
    expect(allowance.take('first')).toBe(true);
    expect(allowance.take('first')).toBe(false);
    for (let index = 0; index < 10_000; index += 1) allowance.take(`key ${index}`);
    expect(allowance.take('first')).toBe(true);
  });
});
