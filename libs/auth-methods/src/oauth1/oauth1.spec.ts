import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { OutboundRequest } from '@pontage/http-message';
import { conformsToAuthMethod } from '../auth-method.conformance.js';
import { encodedText, signatureBaseString, type Parameter } from './base-string.js';
import { oauth1, protocolParameters, signatureOf } from './oauth1.js';

interface Example {
  readonly source: string;
  readonly method: string;
  readonly url: string;
  readonly form?: string;
  readonly protocol: readonly Parameter[];
}

const { baseStrings, signatures } = JSON.parse(
  readFileSync(new URL('vectors/rfc5849.json', import.meta.url), 'utf8'),
) as {
  readonly baseStrings: readonly (Example & { readonly baseString: string })[];
  readonly signatures: readonly (Example & {
    readonly consumerSecret: string;
    readonly tokenSecret?: string;
    readonly signature: string;
  })[];
};

const formType = ['Content-Type', 'application/x-www-form-urlencoded'] as const;
const requestOf = ({ method, url, form }: Pick<Example, 'method' | 'url' | 'form'>): OutboundRequest => ({
  method,
  url,
  headers: form === undefined ? [] : [formType],
  body: form === undefined ? undefined : Buffer.from(form),
});

const settings = (more: object = {}) => oauth1.settings.parse({ consumerKey: 'k+ey', accessToken: 't/oken', ...more });
const secrets = { consumerSecret: 'canary-c&nsumer', tokenSecret: 'canary-t%ken' };
const now = new Date('2026-11-20T12:00:00Z');
const occasion = { random: Buffer.alloc(32, 1), memory: undefined, answers: 0 };

conformsToAuthMethod(oauth1, [
  { credential: { settings: settings(), secrets } },
  { credential: { settings: settings({ signatureMethod: 'HMAC-SHA256', realm: 'a "b"' }), secrets } },
  { credential: { settings: settings({ signatureMethod: 'PLAINTEXT' }), secrets } },
  { credential: { settings: settings({ accessToken: undefined }), secrets: { consumerSecret: 'canary-0nly' } } },
]);

describe('oauth1', () => {
  const form = requestOf({ method: 'POST', url: 'https://h/p?q=1', form: 'a=%C3%BC' });
  const explained = (credential: { settings: ReturnType<typeof settings>; secrets: typeof secrets }) => {
    const applied = oauth1.apply(form, credential, undefined, now, occasion);
    return { applied, texts: oauth1.explain?.(applied, credential, undefined) ?? {} };
  };

  it('explains what it has signed', () => {
    const credential = { settings: settings({ signatureMethod: 'HMAC-SHA256' }), secrets };
    const { applied, texts } = explained(credential);
    const signature = signatureOf(texts['signatureBaseString'] ?? '', 'HMAC-SHA256', secrets);
    expect(oauth1.injectedValues(credential, undefined, applied)).toEqual([signature]);
  });

  it('explains nothing where nothing is signed', () => {
    expect(explained({ settings: settings({ signatureMethod: 'PLAINTEXT' }), secrets }).texts).toEqual({});
  });
});

describe('signatureBaseString', () => {
  it.each(baseStrings)('is as in RFC 5849, $source', ({ protocol, baseString, ...request }) => {
    expect(signatureBaseString(requestOf(request), protocol)).toBe(baseString);
  });

  it('has every parameter as often as it was sent, in order of bytes', () => {
    const url = 'https://h/p?b=2&a=%C3%BC&a=z&a=z&B=%7e&a%5B%5D=1&b=10&empty&=x&&%FF=+';
    const [, , parameters = ''] = signatureBaseString(requestOf({ method: 'GET', url }), []).split('&');
    expect(decodeURIComponent(parameters)).toBe('=x&%FF=%20&B=~&a=%C3%BC&a=z&a=z&a%5B%5D=1&b=10&b=2&empty=');
  });

  it('signs fields of a form, and of nothing else', () => {
    const url = 'https://h/';
    const text = (type: string) =>
      signatureBaseString({ method: 'POST', url, headers: [['content-type', type]], body: Buffer.from('a=1') }, []);
    expect(text('application/x-www-form-urlencoded; charset=utf-8')).toMatch(/a%3D1$/);
    expect(text('Application/X-WWW-Form-URLencoded')).toMatch(/a%3D1$/);
    expect(text('application/json')).toMatch(/&$/);
    expect(text('application/x-www-form-urlencoded-not')).toMatch(/&$/);
  });

  it('signs the path as it is sent', () => {
    expect(signatureBaseString(requestOf({ method: 'GET', url: 'https://h/a%2Fb/~c/(d)' }), [])).toBe(
      'GET&https%3A%2F%2Fh%2Fa%252Fb%2F~c%2F%28d%29&',
    );
  });
});

describe('signatureOf', () => {
  it.each(signatures)(
    'is as in RFC 5849, $source',
    ({ protocol, consumerSecret, tokenSecret, signature, ...request }) => {
      const text = signatureBaseString(requestOf(request), protocol);
      const keys = tokenSecret === undefined ? { consumerSecret } : { consumerSecret, tokenSecret };
      expect(signatureOf(text, 'HMAC-SHA1', keys)).toBe(signature);
    },
  );

  it('is the keys themselves with PLAINTEXT', () => {
    expect(signatureOf('', 'PLAINTEXT', { consumerSecret: 'djr9rjt0jd78jf88', tokenSecret: 'jjd999tj88uiths3' })).toBe(
      'djr9rjt0jd78jf88&jjd999tj88uiths3',
    );
    expect(signatureOf('', 'PLAINTEXT', { consumerSecret: 'djr9rjt0jd78jf88' })).toBe('djr9rjt0jd78jf88&');
  });

  it('is an HMAC over SHA-256 when that was chosen', () => {
    const expected = createHmac('sha256', 'a%26b&c').update('text').digest('base64');
    expect(signatureOf('text', 'HMAC-SHA256', { consumerSecret: 'a&b', tokenSecret: 'c' })).toBe(expected);
  });
});

describe('oauth1', () => {
  const headerFor = (more: object, request = requestOf({ method: 'GET', url: 'https://h/?a=1' })) =>
    oauth1.apply(request, { settings: settings(more), secrets }, undefined, now, occasion).headers;

  it('writes one header in place of any other', () => {
    const request = { ...requestOf({ method: 'GET', url: 'https://h/' }), headers: [['authorization', 'x']] as const };
    expect(headerFor({ realm: String.raw`a "b" \c` }, request)).toEqual([
      [
        'Authorization',
        expect.stringMatching(
          /^OAuth realm="a \\"b\\" \\\\c", oauth_consumer_key="k%2Bey", oauth_token="t%2Foken", oauth_signature_method="HMAC-SHA1", oauth_timestamp="1795176000", oauth_nonce="(01){16}", oauth_version="1.0", oauth_signature="[0-9A-Za-z%]+"$/,
        ),
      ],
    ]);
  });

  it('does not sign the realm', () => {
    const signature = (more: object) => /oauth_signature="[^"]+"/.exec(headerFor(more)[0]?.[1] ?? '')?.[0];
    expect(signature({ realm: 'a' })).toBe(signature({}));
  });

  it('names no token when there is none', () => {
    expect(protocolParameters(settings({ accessToken: undefined }), now, 'n').map(([name]) => name)).not.toContain(
      'oauth_token',
    );
  });

  it('refuses a form that is not here, and signs other bodies of any size', () => {
    const pulled = (type: string) => ({
      ...requestOf({ method: 'POST', url: 'https://h/' }),
      headers: [['Content-Type', type]] as const,
      bodyIsPulled: true,
    });
    expect(() => headerFor({}, pulled(formType[1]))).toThrow(expect.objectContaining({ slug: 'body-not-signable' }));
    expect(headerFor({}, pulled('application/json'))).toHaveLength(2);
    expect(headerFor({ signatureMethod: 'PLAINTEXT' }, pulled(formType[1]))).toHaveLength(2);
  });

  it.each([
    [{ signatureMethod: 'RSA-SHA1' }],
    [{ signatureMethod: 'hmac-sha1' }],
    [{ realm: 'a\r\nb' }],
    [{ realm: '\u20ac' }],
    [{ consumerKey: '' }],
  ])('refuses %j', (more) => {
    expect(oauth1.settings.safeParse({ consumerKey: 'k', ...more }).success).toBe(false);
  });

  it('encodes as RFC 5849, 3.6 does', () => {
    expect(encodedText("-._~ !*'()+%\u00fc/")).toBe('-._~%20%21%2A%27%28%29%2B%25%C3%BC%2F');
  });
});
