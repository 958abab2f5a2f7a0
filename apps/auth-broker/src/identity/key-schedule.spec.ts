import { describe, expect, it } from '@jest/globals';
import { planOf, publishedAroundMs, signing, signsForMs } from './key-schedule.js';

const hourMs = 3_600_000;
const at = (signsInMs: number) => ({ signsInMs });

describe('the schedule of identity keys', () => {
  it('makes the first one to sign at once', () => {
    expect(planOf([])).toEqual({ makeForMs: 0, published: [], over: [] });
  });

  it('makes a successor a day before it is needed, and never two', () => {
    expect(planOf([at(-signsForMs + publishedAroundMs + hourMs)]).makeForMs).toBeUndefined();
    expect(planOf([at(-signsForMs + publishedAroundMs)]).makeForMs).toBe(publishedAroundMs);
    // Nobody was there for months: it is still published for a day before anybody has to know it.
    expect(planOf([at(-9 * signsForMs)]).makeForMs).toBe(publishedAroundMs);
    expect(planOf([at(-signsForMs), at(hourMs)]).makeForMs).toBeUndefined();
  });

  it('publishes a key for a day after its successor has begun to sign', () => {
    const [old, young] = [at(-signsForMs), at(-publishedAroundMs + 1)];
    expect(planOf([young, old])).toMatchObject({ published: [old, young], over: [] });
    const later = [at(-signsForMs - 1), at(-publishedAroundMs)];
    expect(planOf(later)).toMatchObject({ published: [later[1]], over: [later[0]] });
  });

  it('signs with the last one whose time has come', () => {
    expect(signing([])).toBeUndefined();
    expect(signing([at(1)])).toBeUndefined();
    expect(signing([at(hourMs), at(0), at(-hourMs)])).toEqual(at(0));
  });

  it('has never less than a day between what is read of the keys and the first token of an unknown one', () => {
    let now = 0;
    const keys: { id: number; signsAt: number; madeAt: number }[] = [];
    const published = new Map<number, Set<number>>();
    for (let hour = 0; hour < 24 * 200; hour += 1, now += hourMs) {
      const view = () => keys.map((key) => ({ ...key, signsInMs: key.signsAt - now }));
      const { makeForMs, over } = planOf(view());
      for (const { id } of over)
        keys.splice(
          keys.findIndex((key) => key.id === id),
          1,
        );
      if (makeForMs !== undefined) keys.push({ id: hour, signsAt: now + makeForMs, madeAt: now });
      published.set(now, new Set(planOf(view()).published.map(({ id }) => id)));
      const id = signing(view())?.id ?? -1;
      // A verifier that has read the keys up to a day ago knows the one that signs now; so does one that reads them in a day.
      for (let ago = 0; ago < 24 && now - ago * hourMs >= 0; ago += 1)
        expect(published.get(now - ago * hourMs)?.has(id)).toBe(true);
    }
    expect(keys.length).toBeLessThanOrEqual(3);
  });
});
