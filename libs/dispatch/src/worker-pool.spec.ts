import { describe, expect, it } from '@jest/globals';
import type { Presence, PresenceRecord } from '@pontage/bus';
import { undecided, type RegionSetting } from '@pontage/contracts/resource-registry';
import { WorkerPool } from './worker-pool.js';

/** A pool over workers named `<region>/<instance>`, with what is decided of their regions. */
function poolOf(names: readonly string[], decided: Record<string, Partial<RegionSetting>> = {}): WorkerPool {
  const records = names.map((name) => {
    const [region = '', instance = ''] = name.split('/');
    return { region, instance, capacity: 4, inflight: 0 } as PresenceRecord;
  });
  const presence = { live: (_: string, region: string) => records.filter((each) => each.region === region) };
  return new WorkerPool(presence as unknown as Presence, {
    get: (region) => (region in decided ? { ...undecided, ...decided[region] } : undefined),
  });
}

const picked = (pool: WorkerPool, region: string, avoid: string[] = []) =>
  new Set(Array.from({ length: 50 }, () => pool.pick(region, new Set(avoid)).instance));

describe('the worker that is picked', () => {
  it('is none that is drained, as long as there is another', () => {
    expect(picked(poolOf(['eu/a', 'eu/b'], { eu: { drainedWorkers: ['a'] } }), 'eu')).toEqual(new Set(['b']));
    expect(picked(poolOf(['eu/a'], { eu: { drainedWorkers: ['a'] } }), 'eu')).toEqual(new Set(['a']));
  });

  it('is of a region that drains, and of none that is closed but for what goes on there', () => {
    expect(picked(poolOf(['eu/a'], { eu: { state: 'draining' } }), 'eu')).toEqual(new Set(['a']));
    const closed = poolOf(['eu/a'], { eu: { state: 'closed' } });
    expect(() => closed.pick('eu', new Set())).toThrow(expect.objectContaining({ slug: 'region-unavailable' }));
    expect(closed.pick('eu', new Set(), true).instance).toBe('a');
  });

  it('is of no other region, and of none that has refused already', () => {
    expect(() => poolOf(['us/a']).pick('eu', new Set())).toThrow(
      expect.objectContaining({ slug: 'region-unavailable', facts: { region: 'eu' } }),
    );
    expect(() => poolOf(['eu/a']).pick('eu', new Set(['a']))).toThrow(expect.objectContaining({ slug: 'overloaded' }));
  });
});

describe('the region that is chosen', () => {
  const choice = (workers: string[], decided = {}) => poolOf(workers, decided).choose(['eu', 'us', 'ap']);

  it('is the first that takes queries', () => {
    expect(choice(['eu/a', 'us/b'])).toBe('eu');
    expect(choice(['us/b', 'ap/c'])).toBe('us');
    expect(choice(['eu/a', 'us/b', 'ap/c'], { eu: { state: 'closed' }, us: { state: 'draining' } })).toBe('ap');
  });

  it('is one that drains when no other takes any, and the first when none is there at all', () => {
    expect(choice(['eu/a', 'us/b'], { eu: { state: 'draining' }, us: { state: 'closed' } })).toBe('eu');
    expect(choice([])).toBe('eu');
    expect(choice(['eu/a'], { eu: { state: 'closed' } })).toBe('eu');
  });
});
