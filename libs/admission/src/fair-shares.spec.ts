import { describe, expect, it } from '@jest/globals';
import { FairShares, type Claim } from './fair-shares.js';

/** How many more the claim gets when it takes all it can. */
const fill = (shares: FairShares, claim: Claim): number => {
  let taken = 0;
  for (; shares.admits(claim); taken += 1) shares.take(claim);
  return taken;
};

describe('shares', () => {
  it('give half of the places to one organisation, and there is room for the next', () => {
    const shares = new FairShares(256);
    expect(fill(shares, { org: 'a' })).toBe(128);
    expect(fill(shares, { org: 'b' })).toBe(64);
    expect(fill(shares, { org: 'c' })).toBe(32);
    expect(shares.size).toBe(224);
  });

  it('give two that ask in turn a third each', () => {
    const shares = new FairShares(255);
    for (let more = true; more;) {
      more = false;
      for (const org of ['a', 'b']) {
        if (!shares.admits({ org })) continue;
        shares.take({ org });
        more = true;
      }
    }
    expect(shares.size).toBe(170);
    expect(fill(shares, { org: 'c' })).toBeGreaterThan(40);
  });

  it('leave room for another part of an organisation that has filled one', () => {
    const shares = new FairShares(256);
    expect(fill(shares, { org: 'a', part: 'slow' })).toBe(86);
    expect(fill(shares, { org: 'a', part: 'quick' })).toBe(28);
    expect(shares.admits({ org: 'a', part: 'another' })).toBe(true);
    expect(fill(shares, { org: 'b', part: 'slow' })).toBeGreaterThan(40);
  });

  it.each([1, 2, 3])('let somebody in however few places there are: %i', (capacity) => {
    expect(fill(new FairShares(capacity), { org: 'a', part: 'only' })).toBe(1);
  });

  it('are given back', () => {
    const shares = new FairShares(8);
    const claim = { org: 'a', part: 'x' };
    const taken = fill(shares, claim);
    for (let left = taken; left > 0; left -= 1) shares.give(claim);
    expect([shares.size, shares.holders]).toEqual([0, 0]);
    expect(fill(shares, claim)).toBe(taken);
  });

  it('admit nobody while more is taken than there are places', () => {
    const shares = new FairShares(8);
    fill(shares, { org: 'a' });
    shares.capacity = 2;
    expect(shares.admits({ org: 'b' })).toBe(false);
  });
});
