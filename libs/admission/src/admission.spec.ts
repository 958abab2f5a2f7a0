import { describe, expect, it } from '@jest/globals';
import { Admission, type Entrant } from './admission.js';

/** Entrants that write down when they are let in. */
class Visitors {
  readonly inside: string[] = [];

  of(org: string, part = 'x', name = org): Entrant & { readonly name: string } {
    return { org, part, name, start: () => void this.inside.push(name) };
  }
}

describe('admission', () => {
  it('lets in what fits, lets wait what fits there, and refuses the rest', () => {
    const visitors = new Visitors();
    const admission = new Admission({ capacity: 2, queue: 2 });
    const tried = Array.from({ length: 4 }, () => admission.enter(visitors.of('a')));
    expect(tried).toEqual([true, true, false, false]);
    expect([admission.inflight, admission.queued]).toEqual([1, 1]);
    expect([admission.hasRoomFor({ org: 'a', part: 'x' }), admission.hasRoomFor({ org: 'b' })]).toEqual([false, true]);
  });

  it('serves those who wait in turn by organisation, however many of one came first', () => {
    const visitors = new Visitors();
    const admission = new Admission({ capacity: 1, queue: 64 });
    const first = visitors.of('a', 'x', 'a0');
    admission.enter(first);
    const waiting = [
      visitors.of('a', 'x', 'a1'),
      visitors.of('a', 'x', 'a2'),
      visitors.of('a', 'y', 'a3'),
      visitors.of('b', 'x', 'b1'),
      visitors.of('b', 'x', 'b2'),
    ];
    for (const each of waiting) expect(admission.enter(each)).toBe(true);
    admission.leave(first);
    for (let left = waiting.length; left > 1; left -= 1) {
      const name = visitors.inside.at(-1);
      const last = waiting.find((each) => each.name === name);
      if (last !== undefined) admission.leave(last);
    }
    expect(visitors.inside).toEqual(['a0', 'a1', 'b1', 'a3', 'b2', 'a2']);
  });

  it('does not keep anybody waiting behind those of another organisation that has had its share', () => {
    const visitors = new Visitors();
    const admission = new Admission({ capacity: 8, queue: 64 });
    for (let left = 20; left > 0; left -= 1) admission.enter(visitors.of('a'));
    expect(admission.queued).toBeGreaterThan(0);
    admission.enter(visitors.of('b'));
    expect(visitors.inside.at(-1)).toBe('b');
  });

  it('forgets one that gives up waiting', () => {
    const visitors = new Visitors();
    const admission = new Admission({ capacity: 1, queue: 8 });
    const [first, impatient, patient] = [visitors.of('a'), visitors.of('b', 'x', 'gone'), visitors.of('c')];
    for (const each of [first, impatient, patient]) admission.enter(each);
    admission.leave(impatient);
    admission.leave(first);
    expect(visitors.inside).toEqual(['a', 'c']);
    expect([admission.inflight, admission.queued]).toEqual([1, 0]);
  });

  it('fills up less when its capacity falls, and lets in who waits when it grows', () => {
    const visitors = new Visitors();
    const admission = new Admission({ capacity: 16, queue: 64 });
    const all = Array.from({ length: 20 }, (_, index) => visitors.of(`org${index}`));
    for (const each of all.slice(0, 10)) admission.enter(each);
    admission.capacity = 4;
    expect(admission.inflight).toBe(10);
    for (const each of all.slice(10, 12)) admission.enter(each);
    for (const each of all.slice(0, 6)) admission.leave(each);
    expect(visitors.inside).toHaveLength(10);
    admission.leave(all[6] as Entrant);
    expect(visitors.inside).toHaveLength(11);
    admission.capacity = 16;
    expect([visitors.inside.length, admission.queued]).toEqual([12, 0]);
  });
});
