import { describe, expect, it } from '@jest/globals';
import { CallTime, type CallStage } from './call-time.js';

describe('CallTime', () => {
  const begun = performance.now();
  const slugAfter = (ms: number, remainingMs: number, stage: CallStage, isUnrecorded = false): string | undefined =>
    new CallTime(remainingMs).tooLate(begun + ms, stage, isUnrecorded)?.slug;

  it('ends what the stream has not acknowledged after two seconds, or when its time is over', () => {
    expect(slugAfter(1_900, 10_000, 'queued', true)).toBeUndefined();
    expect(slugAfter(2_500, 10_000, 'queued', true)).toBe('audit-unavailable');
    expect(slugAfter(1_000, 500, 'queued', true)).toBe('audit-unavailable');
  });

  it('ends what is out of time by how far it has come', () => {
    expect(slugAfter(9_000, 10_000, 'head')).toBeUndefined();
    expect(slugAfter(11_000, 10_000, 'head')).toBe('upstream-timed-out');
    expect(slugAfter(11_000, 10_000, 'queued')).toBe('overloaded');
  });

  it('gives a sign of life after a quarter of a second, then every second', () => {
    const time = new CallTime(10_000);
    const now = performance.now();
    expect([200, 300].map((ms) => time.isBeatDue(now + ms, 0))).toEqual([false, true]);
    expect([900, 1_100].map((ms) => time.isBeatDue(now + ms, now))).toEqual([false, true]);
  });
});
