import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InjectedValues } from './injected-values.js';

const secret = fc.string({ unit: 'grapheme', minLength: 4, maxLength: 30 });
const noise = fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes));
/** How a value may be spelled, and how many characters before it belong to something else. */
const spelling = fc.constantFrom<[spell: (text: string) => string, lead: number]>(
  [(text) => text, 0],
  [(text) => Buffer.from(text).toString('base64'), 0],
  [(text) => Buffer.from(text).toString('base64url'), 0],
  [(text) => Buffer.from(`user:${text}`).toString('base64'), 7],
  [(text) => Buffer.from(`user-:${text}:x`).toString('base64url'), 8],
  [encodeURIComponent, 0],
  [(text) => encodeURIComponent(text).replaceAll(/%../g, (escape) => escape.toLowerCase()), 0],
  [(text) => new URLSearchParams([['', text]]).toString().slice(1), 0],
  [(text) => JSON.stringify(text).slice(1, -1), 0],
  [(text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'), 0],
);

describe('InjectedValues', () => {
  it('finds a value in every spelling, however the bytes are cut, before its last byte may leave', () => {
    fc.assert(
      fc.property(
        secret,
        spelling,
        noise,
        noise,
        fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 20 }),
        (value, [spell, lead], before, after, cuts) => {
          const spelled = Buffer.from(spell(value));
          const bytes = Buffer.concat([before, spelled, after]);
          const values = new InjectedValues([value]);
          let left = 0;
          let found = false;
          for (let at = 0, cut = 0; at < bytes.length && !found; cut += 1) {
            const size = cuts[cut % Math.max(1, cuts.length)] ?? bytes.length;
            found = values.findNext(bytes.subarray(at, at + size));
            at += size;
            if (!found) left = Math.min(at, bytes.length) - values.undecided;
          }
          expect(found).toBe(true);
          // Of the value not even the beginning has left in clear.
          expect(left).toBeLessThanOrEqual(bytes.indexOf(spelled) + lead);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('finds nothing where nothing is', () => {
    const values = new InjectedValues(['sw0rdfish']);
    expect(values.findNext(Buffer.from('swordfish, sw0rd, fish'))).toBe(false);
    expect(values.undecided).toBe(0);
    expect(values.findNext(Buffer.from('and sw0rd'))).toBe(false);
    expect(values.undecided).toBe(5);
  });

  it('looks for nothing when there is nothing to look for', () => {
    const values = new InjectedValues(['']);
    expect(values.isEmpty).toBe(true);
    expect(values.findNext(Buffer.from('x'))).toBe(false);
    expect(values.isIn(['x'])).toBe(false);
    expect(values.undecided).toBe(0);
  });

  it('finds values of one byte', () => {
    const values = new InjectedValues(['§', 'x']);
    expect(values.findNext(Buffer.from('abc'))).toBe(false);
    expect(values.findNext(Buffer.from('x'))).toBe(true);
  });

  it('finds a value in header lines', () => {
    expect(new InjectedValues(['t0psecret']).isIn(['a', 'Bearer t0psecret'])).toBe(true);
    expect(new InjectedValues(['t0psecret']).isIn(['a', 'b'])).toBe(false);
  });
});
