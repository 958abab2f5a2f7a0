import { describe, expect, it } from '@jest/globals';
import { retryAfterMs, toldLimitOf } from './told-limit.js';

const now = Date.parse('2026-11-27T12:00:00Z');
const limit = (headers: Record<string, string>, status = 200) => toldLimitOf(status, Object.entries(headers), now);

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Fri, 27 Nov 2026 12:00:30 GMT', 30_000],
    ['Fri, 27 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['-1', undefined],
    ['99999999999', undefined],
  ])('%s is %p ms', (value, ms) => {
    expect(retryAfterMs([['Retry-After', value]], now)).toBe(ms);
  });

  it('counts a date by the clock of the upstream that says it', () => {
    const headers = { date: 'Fri, 27 Nov 2026 08:00:00 GMT', 'retry-after': 'Fri, 27 Nov 2026 08:00:07 GMT' };
    expect(retryAfterMs(Object.entries(headers), now)).toBe(7_000);
  });
});

describe('the limit of an upstream', () => {
  it.each<[Record<string, string>, unknown]>([
    [{ RateLimit: '"default";r=50;t=30' }, { remaining: 50, resetMs: 30_000 }],
    [{ RateLimit: '"burst, or so;r=0";r=9;t=1, "day";r=0;t=600' }, { remaining: 0, resetMs: 600_000 }],
    [{ RateLimit: 'limit=100, remaining=3, reset=5' }, { remaining: 3, resetMs: 5_000 }],
    [
      { 'RateLimit-Remaining': '0', 'RateLimit-Reset': '12' },
      { remaining: 0, resetMs: 12_000 },
    ],
    [
      { 'X-RateLimit-Remaining': '7', 'X-RateLimit-Reset': '2.5' },
      { remaining: 7, resetMs: 2_500 },
    ],
    [
      { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': String(now / 1000 + 60) },
      { remaining: 1, resetMs: 60_000 },
    ],
    [
      { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': String(now + 60) },
      { remaining: 1, resetMs: 60 },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000000' },
      { remaining: 0, resetMs: 0 },
    ],
    [{ 'x-ratelimit-remaining': '0' }, undefined],
    [{ 'x-ratelimit-remaining': 'none', 'x-ratelimit-reset': '5' }, undefined],
    [{ RateLimit: '"default";r=50' }, undefined],
    [{ RateLimit: 'nonsense', 'content-type': 'text/plain' }, undefined],
  ])('is read from %j', (headers, expected) => {
    expect(limit(headers)).toEqual(expected);
  });

  it('is what Retry-After says of an answer that takes nothing more', () => {
    const headers = { 'retry-after': '3', ratelimit: '"default";r=50;t=30' };
    expect(limit(headers, 429)).toEqual({ remaining: 0, resetMs: 3_000 });
    expect(limit(headers, 503)).toEqual({ remaining: 0, resetMs: 3_000 });
    expect(limit(headers, 202)).toEqual({ remaining: 50, resetMs: 30_000 });
  });
});
