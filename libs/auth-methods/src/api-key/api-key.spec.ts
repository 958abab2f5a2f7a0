import { describe, expect, it } from '@jest/globals';
import { conformsToAuthMethod } from '../auth-method.conformance.js';
import { apiKey } from './api-key.js';

const sample = (place: 'header' | 'query' | 'cookie', name: string, value = 'canary-k3y/+=&') => ({
  credential: { settings: { in: place, name }, secrets: { value } },
});

conformsToAuthMethod(apiKey, [sample('header', 'X-Api-Key'), sample('query', 'api key'), sample('cookie', 'sid')]);

const apply = (url: string, headers: [string, string][], { credential }: ReturnType<typeof sample>) =>
  apiKey.apply({ method: 'GET', url, headers, body: undefined }, credential, undefined, new Date());

describe('apiKey', () => {
  it('replaces what the query put under its name', () => {
    expect(apply('https://h/?key=mine&a=1&k%65y=mine', [], sample('query', 'key', 'k&1')).url).toBe(
      'https://h/?a=1&key=k%261',
    );
    expect(apply('https://h/', [['x-key', 'mine']], sample('header', 'X-Key', 'k')).headers).toEqual([['X-Key', 'k']]);
    expect(
      apply(
        'https://h/',
        [
          ['Cookie', 'a=1; sid=mine; b=2'],
          ['cookie', 'sid=mine'],
        ],
        sample('cookie', 'sid', 'k'),
      ).headers,
    ).toEqual([['Cookie', 'a=1; b=2; sid=k']]);
  });

  it.each([
    ['header', 'X Key'],
    ['header', 'X-Key:'],
    ['header', 'X\r\nY'],
    ['header', 'Host'],
    ['header', 'content-length'],
    ['header', 'Transfer-Encoding'],
    ['header', 'Cookie'],
    ['header', 'Proxy-Authorization'],
    ['cookie', 'a=b'],
    ['cookie', 'a;b'],
    ['query', ''],
    ['body', 'x'],
  ])('refuses a key in a %s called %j', (place, name) => {
    expect(apiKey.settings.safeParse({ in: place, name }).success).toBe(false);
  });

  it('refuses to put into a cookie what would end it', () => {
    expect(() => apply('https://h/', [], sample('cookie', 'sid', 'a; admin=1'))).toThrow(
      expect.objectContaining({ slug: 'invalid-request' }),
    );
    expect(() => apply('https://h/', [], sample('cookie', 'sid', 'a; admin=1'))).not.toThrow('admin');
  });
});
