import { describe, expect, it } from '@jest/globals';
import { conformsToAuthMethod } from '../auth-method.conformance.js';
import { basic } from './basic.js';

conformsToAuthMethod(basic, [
  { credential: { settings: { username: 'Aladdin' }, secrets: { password: 'canary-s3same' } } },
  { credential: { settings: { username: 'test' }, secrets: { password: '123£:"' } } },
]);

const header = (username: string, password: string) =>
  basic.apply(
    { method: 'GET', url: 'https://h/', headers: [], body: undefined },
    { settings: { username }, secrets: { password } },
    undefined,
    new Date(),
  ).headers;

describe('basic', () => {
  it.each([
    // RFC 7617, 2 and 2.1.
    ['Aladdin', 'open sesame', 'QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
    ['test', '123£', 'dGVzdDoxMjPCow=='],
    ['u', '', 'dTo='],
    ['u', 'a:b', 'dTphOmI='],
  ])('encodes %s and %s as the RFC does', (username, password, encoded) => {
    expect(header(username, password)).toEqual([['Authorization', `Basic ${encoded}`]]);
  });

  it('writes composed characters, however they were typed', () => {
    expect(header('u', 'e\u0301')).toEqual(header('u', '\u00e9'));
  });

  it('refuses a colon in the user name and control characters in either', () => {
    expect(basic.settings.safeParse({ username: 'a:b' }).success).toBe(false);
    expect(basic.settings.safeParse({ username: 'a\n' }).success).toBe(false);
    expect(basic.secrets.safeParse({ password: 'a\u007f' }).success).toBe(false);
    expect(basic.secrets.safeParse({ password: '' }).success).toBe(true);
  });
});
