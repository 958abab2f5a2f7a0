import { describe, expect, it } from '@jest/globals';
import { webhookDraft } from '@pontage/contracts/auth-broker';
import { newSecret, refuseClearText } from './webhook.js';

describe('a secret', () => {
  it('is 32 random bytes in base64 behind its prefix', () => {
    const secret = newSecret();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(newSecret()).not.toBe(secret);
  });
});

describe('the URL of a webhook', () => {
  const pointers = (given: object) => {
    const { error } = webhookDraft.safeParse({ url: 'https://a.example/hook', events: ['*'], ...given });
    return (error?.issues ?? []).map(({ path }) => path.join('/'));
  };

  it.each([
    'ftp://a.example/',
    'javascript:alert(1)',
    '/hook',
    'https://user:pass@a.example/',
    'https://a.example/#part',
    'https://a.example/#',
    'https://a.example/a b',
    `https://a.example/${'x'.repeat(2_000)}`,
  ])('is not %s', (url) => {
    expect(pointers({ url })).toEqual(['url']);
  });

  it.each(['http://a.example/hook', 'http://8.8.8.8/hook', 'http://[2606:4700::1]/'])(
    'is not %s, which would go in clear over a public network',
    (url) => {
      expect(pointers({ url })).toEqual([]);
      expect(() => refuseClearText(url)).toThrow(expect.objectContaining({ slug: 'invalid-request' }));
    },
  );

  it.each([
    'https://a.example/hook?x=1',
    'http://127.0.0.1:8080/',
    'http://[::1]/',
    'http://10.0.0.7/',
    'http://localhost/',
  ])('may be %s', (url) => {
    expect(pointers({ url })).toEqual([]);
    expect(() => refuseClearText(url)).not.toThrow();
  });

  it.each([[['grant']], [['grant.*', 'Grant.issued']], [['*.issued']], [['']], [[]], [Array(21).fill('*')]])(
    'hears of nothing by %j',
    (events) => {
      expect(pointers({ events })[0]).toMatch(/^events/);
    },
  );
});
