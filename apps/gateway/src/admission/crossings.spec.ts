import { afterEach, describe, expect, it } from '@jest/globals';
import type { Problem } from '@pontage/problems';
import { Crossings, type Crossing } from './crossings.js';

describe('crossings', () => {
  let crossings = new Crossings();
  afterEach(() => {
    crossings.stop();
    crossings = new Crossings();
  });

  const started: Crossing[] = [];
  const crossingOf = (
    org: string,
    enteredAt = performance.now(),
    refuse: (problem: Problem) => void = () => undefined,
  ) => {
    const crossing: Crossing = { org, enteredAt, refuse, start: () => void started.push(crossing) };
    return crossing;
  };
  /** How many of so many are asked at once. */
  const askedOf = (org: string, count: number): number => {
    const all = Array.from({ length: count }, () => crossingOf(org));
    for (const each of all) crossings.enter(each);
    return started.filter((each) => all.includes(each)).length;
  };

  it('let half of all go at once while an organisation is alone, and few of each as soon as there are others', () => {
    expect(askedOf('a', 600)).toBe(512);
    expect(askedOf('b', 100)).toBe(4);
    expect(askedOf('c', 100)).toBe(4);
  });

  it('do not let one that comes wait behind the many of another', () => {
    askedOf('a', 700);
    expect(askedOf('b', 1)).toBe(1);
  });

  it('let more of each go while the quickest shows no line, and few again when there is one', async () => {
    const many = Array.from({ length: 100 }, () => crossingOf('a'));
    askedOf('b', 1);
    for (const each of many) crossings.enter(each);
    const asked = () => started.filter((each) => many.includes(each)).length;
    expect(asked()).toBe(4);
    const quick = setInterval(() => crossings.note(20), 10);
    while (asked() < 30) await new Promise((resolve) => setTimeout(resolve, 20));
    clearInterval(quick);
    const slow = setInterval(() => crossings.note(100), 10);
    await new Promise((resolve) => setTimeout(resolve, 500));
    clearInterval(slow);
    const before = asked();
    crossings.leave(many[0] as Crossing);
    expect(asked()).toBe(before);
  });

  it('refuse what is too much to wait, of that organisation alone', () => {
    askedOf('a', 512 + 256);
    expect(crossings.hasRoomFor('a')).toBe(false);
    expect(() => crossings.enter(crossingOf('a'))).toThrow(expect.objectContaining({ slug: 'overloaded' }));
    expect(crossings.hasRoomFor('b')).toBe(true);
  });

  it('refuse what has waited too long', async () => {
    askedOf('a', 512);
    const refused = new Promise<Problem>((resolve) => {
      const late = crossingOf('a', performance.now() - 1_001, (problem) => {
        crossings.leave(late);
        resolve(problem);
      });
      crossings.enter(late);
    });
    expect(await refused).toMatchObject({ slug: 'overloaded' });
  });
});
