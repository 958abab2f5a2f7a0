import { describe, expect, it } from '@jest/globals';
import type { Pairs } from '@pontage/http-message';
import { conformsToAuthMethod } from '../auth-method.conformance.js';
import { describeMethod } from '../method-schema.js';
import { session } from './session.js';

const given = { cookiesToForward: ['sid', 'csrf'], verificationUrl: '/me', loginUrl: 'https://app.example.com/login' };
const credential = { settings: given, secrets: {} };

conformsToAuthMethod(session, [{ credential, isCallers: true }]);

const sent = (cookies: string | undefined, headers: Pairs = []) =>
  session.apply({ method: 'GET', url: 'https://h/', headers, body: undefined }, credential, undefined, new Date(), {
    random: Buffer.alloc(32),
    memory: undefined,
    answers: 0,
    cookies,
  }).headers;

describe('session', () => {
  it("adds the named ones of the caller's cookies, in their order, and no others", () => {
    const cookies = 'theme=dark; csrf="a=b"; sid=1; sidx=2; SID=3; __Host-pontage-x=secret; sid=4; sid';
    expect(sent(cookies, [['Accept', '*/*']])).toEqual([
      ['Accept', '*/*'],
      ['Cookie', 'csrf="a=b"; sid=1; sid=4'],
    ]);
  });

  it('leaves alone what the resource itself sends', () => {
    expect(sent('sid=caller; csrf=c', [['Cookie', 'locale=de; sid=fixed']])).toEqual([
      ['Cookie', 'locale=de; sid=fixed; csrf=c'],
    ]);
  });

  it('sends no header when none of them is there', () => {
    expect(sent('theme=dark')).toEqual([]);
    expect(sent(undefined)).toEqual([]);
  });

  it.each<[string, object]>([
    ['cookiesToForward', { cookiesToForward: [] }],
    ['cookiesToForward', { cookiesToForward: undefined }],
    ['cookiesToForward/1', { cookiesToForward: ['a', 'b;c'] }],
    ['cookiesToForward/0', { cookiesToForward: ['__Host-pontage-1'] }],
    ['verificationUrl', { verificationUrl: '//evil.example/' }],
    ['verificationUrl', { verificationUrl: 'me' }],
    ['loginUrl', { loginUrl: '/login' }],
    ['loginUrl', { loginUrl: 'javascript:alert(1)' }],
  ])('points at %s in %j', (pointer, changes) => {
    const { error } = session.settings.safeParse({ ...given, ...changes });
    expect(error?.issues.map(({ path }) => path.join('/'))).toEqual([pointer]);
  });

  it('says that it is deprecated wherever it can be chosen', () => {
    const { deprecated, title, guide } = describeMethod(session);
    expect([deprecated, title, guide]).toEqual([
      true,
      expect.stringMatching(/deprecated/),
      expect.stringMatching(/^Deprecated/),
    ]);
  });
});
