import { describe, expect, it } from '@jest/globals';
import { LastMinute } from './last-minute.js';

describe('the last minute', () => {
  it('tells the middle, the slow end and the share that failed', () => {
    const minute = new LastMinute(() => 0);
    expect(minute.read()).toEqual({ p50Ms: null, p99Ms: null, failures: null });
    for (let ms = 1; ms <= 100; ms += 1) minute.note(ms, ms > 90);
    expect(minute.read()).toEqual({ p50Ms: 50, p99Ms: 99, failures: 0.1 });
  });

  it('keeps half a minute at least, and a minute at most', () => {
    let now = 0;
    const minute = new LastMinute(() => now);
    minute.note(500, true);
    now = 35_000;
    minute.note(5, false);
    expect(minute.read()).toMatchObject({ p99Ms: 500, failures: 0.5 });
    now = 61_000;
    expect(minute.read()).toMatchObject({ p99Ms: 5, failures: 0 });
    now = 200_000;
    expect(minute.read().p50Ms).toBeNull();
  });
});
