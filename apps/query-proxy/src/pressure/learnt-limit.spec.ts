import { describe, expect, it } from '@jest/globals';
import { LearntLimit } from './learnt-limit.js';

const admitted = (limit: LearntLimit, wanted: number, at: number): number => {
  let count = 0;
  try {
    for (; count < wanted; count += 1) limit.admit(at);
  } catch {
    // Refused.
  }
  return count;
};
const refusal = (limit: LearntLimit, at: number): unknown => {
  try {
    limit.admit(at);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('a limit that the upstream has told', () => {
  it('is none before anything was told', () => expect(admitted(new LearntLimit(), 1_000, 5)).toBe(1_000));

  it('lets as many begin as remain, until the count begins anew', () => {
    const limit = new LearntLimit();
    limit.learn({ remaining: 3, resetMs: 2_000 }, 100);
    expect(admitted(limit, 10, 150)).toBe(3);
    expect(refusal(limit, 900)).toMatchObject({ slug: 'rate-limited', retryAfterSeconds: 2 });
    expect(admitted(limit, 10, 2_100)).toBe(10);
  });

  it('does not take a late answer for more room', () => {
    const limit = new LearntLimit();
    limit.learn({ remaining: 2, resetMs: 10_000 }, 0);
    expect(admitted(limit, 10, 10)).toBe(2);
    limit.learn({ remaining: 1, resetMs: 9_000 }, 500);
    expect(admitted(limit, 10, 600)).toBe(0);
    limit.learn({ remaining: 50, resetMs: 60_000 }, 700);
    expect(admitted(limit, 100, 800)).toBe(50);
  });

  it('keeps nobody away for more than five minutes', () => {
    const limit = new LearntLimit();
    limit.learn({ remaining: 0, resetMs: 1e12 }, 0);
    expect(refusal(limit, 1_000)).toMatchObject({ retryAfterSeconds: 299 });
    expect(admitted(limit, 1, 300_000)).toBe(1);
  });
});
