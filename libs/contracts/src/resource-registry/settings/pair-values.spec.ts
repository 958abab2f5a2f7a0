import { describe, expect, it } from '@jest/globals';
import { givenForm, settingCookies, settingHeaders, settingPairs } from './pair-values.js';

describe('the value of a pair', () => {
  it.each([
    ['a header', settingHeaders(givenForm)],
    ['a parameter', settingPairs(givenForm)],
    ['a cookie', settingCookies(givenForm)],
  ])('of %s is a text or a secret, and a number is refused in words', (_, schema) => {
    expect(schema.safeParse([['a', '2']]).success).toBe(true);
    expect(schema.safeParse([['a', { secret: 's' }]]).success).toBe(true);
    expect(schema.safeParse([['a', 2]]).error?.issues).toMatchObject([
      { path: [0, 1], message: 'A value is a text (numbers in quotes), or an object with "secret".' },
    ]);
  });

  it('keeps to the rules of its place, and the fault says which', () => {
    const [issue] = settingHeaders(givenForm).safeParse([['a', 'line\nbreak']]).error?.issues ?? [];
    expect(issue?.message).not.toMatch(/"secret"/);
  });
});
