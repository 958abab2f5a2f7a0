import { describe, expect, it } from '@jest/globals';
import { Breaker, type BreakerState } from './breaker.js';

const watched = () => {
  const states: BreakerState[] = [];
  return { breaker: new Breaker((state) => states.push(state)), states };
};
const note = (breaker: Breaker, outcomes: string, at: number): void =>
  [...outcomes].forEach((each) => breaker.note(each === 'x', at));
const isRefused = (breaker: Breaker, at: number): boolean => {
  try {
    breaker.admit(at);
    return false;
  } catch {
    return true;
  }
};

describe('a circuit breaker', () => {
  it.each([
    ['xxxxxxxxx', false],
    ['xxxxxxxxxx', true],
    ['.....xxxxx', true],
    ['......xxxx', false],
    ['xxxxxxxxx.', false],
  ])('that has seen %s is open: %p', (outcomes, isOpen) => {
    const { breaker } = watched();
    note(breaker, outcomes, 1);
    expect(isRefused(breaker, 2)).toBe(isOpen);
  });

  it('forgets what was long ago, however seldom it is asked', () => {
    const { breaker, states } = watched();
    for (let query = 0; query < 100; query += 1) breaker.note(true, query * 2_000);
    expect(states).toEqual([]);
  });

  it('says how long it is open, and then lets one through', () => {
    const { breaker, states } = watched();
    note(breaker, 'xxxxxxxxxx', 0);
    expect(() => breaker.admit(1_000)).toThrow(expect.objectContaining({ slug: 'circuit-open', retryAfterSeconds: 4 }));
    expect([isRefused(breaker, 5_000), isRefused(breaker, 5_001)]).toEqual([false, true]);
    breaker.note(false, 5_100);
    expect([isRefused(breaker, 5_200), isRefused(breaker, 5_300)]).toEqual([false, false]);
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('stays open for longer each time, up to a minute', () => {
    const { breaker } = watched();
    note(breaker, 'xxxxxxxxxx', 0);
    let at = 0;
    for (const openMs of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      expect([isRefused(breaker, at + openMs - 1), isRefused(breaker, at + openMs)]).toEqual([true, false]);
      at += openMs;
      breaker.note(true, at);
    }
  });

  it('lets another one through when nothing is heard of the first', () => {
    const { breaker } = watched();
    note(breaker, 'xxxxxxxxxx', 0);
    expect([isRefused(breaker, 5_000), isRefused(breaker, 14_999), isRefused(breaker, 15_000)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('takes no late answer for news', () => {
    const { breaker, states } = watched();
    note(breaker, 'xxxxxxxxxx....', 0);
    expect(states).toEqual(['open']);
  });
});
