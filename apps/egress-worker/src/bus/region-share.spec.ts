import { describe, expect, it } from '@jest/globals';
import { shareOf } from './region-share.js';

const capped = (maxInflight: number | null, drainedWorkers: string[] = []) => ({ maxInflight, drainedWorkers });
const sharesOf = (setting: ReturnType<typeof capped>, workers: string[]) =>
  workers.map((worker) => shareOf(worker, setting, workers));

describe('a worker’s share of its region’s cap', () => {
  it('is all of it for one worker, and with the others exactly the cap', () => {
    expect(sharesOf(capped(7), ['a'])).toEqual([7]);
    expect(sharesOf(capped(7), ['a', 'b', 'c'])).toEqual([3, 2, 2]);
    expect(sharesOf(capped(1), ['b', 'a'])).toEqual([0, 1]);
    expect(sharesOf(capped(null), ['a', 'b'])).toEqual([Infinity, Infinity]);
  });

  it('counts a worker that has not heard itself yet', () => {
    expect(shareOf('b', capped(4), ['a'])).toBe(2);
  });

  it('is nothing for a drained one while there are others', () => {
    expect(sharesOf(capped(6, ['b']), ['a', 'b', 'c'])).toEqual([3, 0, 3]);
    expect(sharesOf(capped(6, ['a']), ['a'])).toEqual([6]);
  });
});
