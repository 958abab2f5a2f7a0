import { describe, expect, it } from '@jest/globals';
import { ResourceLimits } from './resource-limits.js';

const resource = (limits: { concurrency?: number; perSecond?: number }) => ({
  id: 'r',
  limits: { concurrency: null, perSecond: null, responseBytes: null, learn: true, ...limits },
});
const slugOf = (act: () => void): string => {
  try {
    act();
    return 'admitted';
  } catch (error) {
    return (error as { slug: string }).slug;
  }
};

describe('ResourceLimits', () => {
  it('admits as many at once as its share of the limit, and again what has ended', () => {
    let shares = 1;
    const limits = new ResourceLimits(() => shares);
    const two = resource({ concurrency: 2 });
    const admit = (id: string) => slugOf(() => limits.admit(two, id, 60_000));
    expect(['a', 'b', 'c'].map(admit)).toEqual(['admitted', 'admitted', 'rate-limited']);
    limits.release(two, 'a');
    expect(admit('c')).toBe('admitted');
    shares = 2;
    limits.release(two, 'b');
    expect(admit('d')).toBe('rate-limited');
    limits.release(two, 'c');
    expect(admit('d')).toBe('admitted');
  });

  it('counts nobody whose time is over, even if his end was never told', () => {
    const limits = new ResourceLimits(() => 1);
    limits.admit(resource({ concurrency: 1 }), 'a', -1);
    expect(slugOf(() => limits.admit(resource({ concurrency: 1 }), 'b', 60_000))).toBe('admitted');
  });

  it('lets a second’s worth begin at once, and then no more', () => {
    const limits = new ResourceLimits(() => 1);
    const begun = Array.from({ length: 20 }, (_, index) =>
      slugOf(() => limits.admit(resource({ perSecond: 10 }), String(index), 60_000)),
    );
    expect(begun.filter((slug) => slug === 'admitted')).toHaveLength(10);
  });

  it('keeps no account of what has no limits', () => {
    const limits = new ResourceLimits(() => 1);
    for (let index = 0; index < 100; index += 1) limits.admit(resource({}), String(index), 60_000);
    expect((limits as unknown as { accounts: Map<string, unknown> }).accounts.size).toBe(0);
  });
});
