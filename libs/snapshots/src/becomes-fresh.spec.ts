import { describe, expect, it } from '@jest/globals';
import { becomesFresh } from './becomes-fresh.js';

const freshAfter = (ms: number) => {
  const begun = performance.now();
  return { isFresh: () => performance.now() - begun >= ms };
};

describe('a watch that has fallen behind', () => {
  it('is waited for', async () => {
    expect(await becomesFresh(freshAfter(100))).toBe(true);
  });

  it('costs nothing when it has not', async () => {
    let asked = 0;
    expect(await becomesFresh({ isFresh: () => ++asked > 0 })).toBe(true);
    expect(asked).toBe(1);
  });

  it('is looked at by one of those who wait', async () => {
    let asked = 0;
    const fresh = freshAfter(100);
    const counted = { isFresh: () => (asked += 1) > 0 && fresh.isFresh() };
    const first = Array.from({ length: 500 }, () => becomesFresh(counted));
    asked = 0;
    expect(new Set(await Promise.all(first))).toEqual(new Set([true]));
    expect(asked).toBeLessThan(20);
  });

  it('is given up when it does not catch up', async () => {
    expect(await becomesFresh(freshAfter(60_000))).toBe(false);
  });
});
