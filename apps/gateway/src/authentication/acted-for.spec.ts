import { describe, expect, it } from '@jest/globals';
import { isProblem } from '@pontage/problems';
import { actedFor } from './acted-for.js';

const asked = (...values: string[]) =>
  actedFor({ rawHeaders: ['Host', 'h', ...values.flatMap((value) => ['Pontage-User', value]), 'X-A', 'pontage-user'] });
/** As the guide tells backends to write it. */
const written = (identifier: string) => identifier.replaceAll(/^ | $|[^ -$&-~]+/g, encodeURIComponent);

function refusal(...values: string[]): string | undefined {
  try {
    asked(...values);
    return undefined;
  } catch (error) {
    if (!isProblem(error)) throw error;
    expect([error.slug, error.errors.map(({ pointer }) => pointer)]).toEqual([
      'invalid-request',
      ['/headers/Pontage-User'],
    ]);
    return error.errors[0]?.detail;
  }
}

describe('Pontage-User', () => {
  it('is nobody where there is none, whatever other headers hold', () => {
    expect(asked()).toBeUndefined();
  });

  it.each([
    '5',
    'ada@example.com',
    'Grace Hopper, USN',
    '100 % sure',
    ' of space ',
    'Jürgen',
    '用户🙂',
    'a%40b',
    '"+/?#',
  ])('is %s when it is written as the guide says', (identifier) => {
    expect(asked(written(identifier))).toBe(identifier);
  });

  it('reads hex digits of either case', () => {
    expect([asked('J%c3%bcrgen'), asked('J%C3%BCrgen')]).toEqual(['Jürgen', 'Jürgen']);
  });

  it.each([
    ['what stands for itself, so that no identifier has a second spelling', 'ada%40example.com'],
    ['a letter', 'ad%61'],
    ['a space within', 'a%20b'],
  ])('refuses percent-encoding of %s', (_, value) => {
    expect(refusal(value)).toMatch(/stands for itself/);
  });

  it.each(['100%', '%zz', '%FC', '%ED%A0%80'])('refuses %s, which is no encoding of UTF-8', (value) => {
    expect(refusal(value)).toMatch(/%25/);
  });

  it('refuses what is not ASCII as it is', () => {
    expect(refusal('J\u00fcrgen')).toMatch(/percent-encoded, as UTF-8/);
  });

  it('refuses an empty one, one that is too long, control characters, and two', () => {
    expect(asked('a'.repeat(255))).toHaveLength(255);
    for (const value of ['', 'a'.repeat(256), 'a%0Ab', 'a%00', '%7F'])
      expect(refusal(value)).toMatch(/1 to 255 characters/);
    expect(refusal('a', 'a')).toMatch(/more than once/);
  });
});
