import { describe, expect, it } from '@jest/globals';
import { backOffMs } from './back-off.js';

const middle = 0.5;

describe('the back-off', () => {
  it('triples from five seconds to four hours, and holds a dozen tries or so in a day', () => {
    const pauses = Array.from({ length: 10 }, (_, index) => backOffMs(index + 1, 0, middle) / 1_000);
    expect(pauses).toEqual([5, 15, 45, 135, 405, 1_215, 3_645, 10_935, 14_400, 14_400]);
    let tries = 1;
    for (let at = 0; at < 24 * 3_600; tries += 1) at += backOffMs(tries, 0, middle) / 1_000;
    expect(tries).toBe(14);
  });

  it('keeps nobody in step', () => {
    expect([backOffMs(1, 0, 0), backOffMs(1, 0, 1)]).toEqual([4_000, 6_000]);
  });

  it('lets a receiver ask for more, not for less, and not for days', () => {
    expect(backOffMs(1, 60_000, middle)).toBe(60_000);
    expect(backOffMs(4, 1_000, middle)).toBe(135_000);
    expect(backOffMs(1, 7 * 24 * 3_600_000, middle)).toBe(4 * 3_600_000);
  });
});
