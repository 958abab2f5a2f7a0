import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { InHand } from './in-hand.js';
import { Numbered } from './numbered.js';

describe('what is in hand', () => {
  it('is found by its name until it is taken out', () => {
    const inHand = new InHand<string, { n: number }>();
    inHand.set('a', { n: 1 });
    inHand.set('b', { n: 2 });
    inHand.set('a', { n: 3 });
    expect([inHand.size, inHand.has('a'), inHand.get('a'), inHand.get('c')]).toEqual([2, true, { n: 3 }, undefined]);
    expect([...inHand]).toEqual([{ n: 3 }, { n: 2 }]);
    expect([inHand.take('a'), inHand.take('a'), inHand.has('a'), inHand.size]).toEqual([{ n: 3 }, undefined, false, 1]);
  });

  it('has a number for what has no name', () => {
    const inHand = new Numbered<{ n: number }>();
    const [one, two] = [inHand.add({ n: 1 }), inHand.add({ n: 2 })];
    expect([inHand.take(one), inHand.take(one), inHand.get(two), inHand.size]).toEqual([
      { n: 1 },
      undefined,
      { n: 2 },
      1,
    ]);
  });

  it('leaves out what is taken out while it is gone through', () => {
    const inHand = new InHand<number, { n: number }>();
    for (const n of [1, 2, 3]) inHand.set(n, { n });
    const seen: number[] = [];
    for (const { n } of inHand) {
      seen.push(n);
      inHand.take(n + 1);
    }
    expect(seen).toEqual([1, 3]);
  });

  it('does not keep what has been taken out until the next full collection', () => {
    const growth = grownByMb(new InHand<number, object>());
    expect(growth).toBeLessThan(4);
  });
});

const rounds = 40;
const perRound = 1_000;
const atOnce = 64;

/** How much the old generation grows while a hundred megabytes come and go, and only the young one is collected. */
function grownByMb(inHand: InHand<number, object>): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (how?: { type: 'minor' }) => void;
  collect();
  const before = oldMb();
  for (let number = 0; number < rounds * perRound; number += 1) {
    inHand.set(
      number,
      Array.from({ length: 40 }, (_, index) => ({ number, index })),
    );
    inHand.take(number - atOnce);
    if (number % perRound === 0) collect({ type: 'minor' });
  }
  return oldMb() - before;
}

const oldMb = (): number =>
  (getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? 0) / 2 ** 20;
