import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { conformsToAuthMethod } from '../auth-method.conformance.js';
import type { AuthFetch } from '../auth-method.js';
import { googleServiceAccount } from './google-service-account.js';
import type { ServiceAccountKey } from './service-account-key.js';

const pair = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits });
const { privateKey, publicKey } = pair(2048);
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const key: ServiceAccountKey = {
  type: 'service_account',
  client_email: 'robot@orders.iam.gserviceaccount.com',
  private_key: pem,
  private_key_id: 'k1',
};
const downloaded = {
  ...key,
  project_id: 'orders',
  client_id: '1',
  auth_uri: 'https://accounts.google.com/o/oauth2/auth',
};
const now = new Date('2026-11-20T12:00:00Z');
const settingsOf = (given: object = {}) => googleServiceAccount.settings.parse(given);
const inMs = (ms: number) => new Date(now.getTime() + ms);

conformsToAuthMethod(googleServiceAccount, [
  { credential: { settings: settingsOf(), secrets: { key } } },
  {
    credential: { settings: settingsOf({ scopes: ['https://www.googleapis.com/auth/pubsub'] }), secrets: { key } },
    grant: { value: { token: 'canary-t0ken' }, expiresAt: null },
  },
]);

const parts = (token: string) =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
const isSigned = (token: string) => {
  const at = token.lastIndexOf('.');
  return verify('sha256', Buffer.from(token.slice(0, at)), publicKey, Buffer.from(token.slice(at + 1), 'base64url'));
};
const faults = (wrong: unknown) =>
  googleServiceAccount.secrets.safeParse({ key: wrong }).error?.issues.map(({ path }) => path.join('/')) ?? [];

describe('the JSON key', () => {
  it('is taken as an object or as text, and only what is used of it is kept', () => {
    expect(googleServiceAccount.secrets.parse({ key: downloaded })).toEqual({ key });
    expect(googleServiceAccount.secrets.parse({ key: JSON.stringify(downloaded, null, 2) })).toEqual({ key });
    expect(googleServiceAccount.secrets.parse({ key: '{{ config.KEY }}' })).toEqual({ key: '{{ config.KEY }}' });
  });

  it.each<[string[], unknown]>([
    [['key'], 'no JSON'],
    [['key'], '["a"]'],
    [['key'], 7],
    [['key/type', 'key/client_email', 'key/private_key'], {}],
    [['key/type'], { ...downloaded, type: 'authorized_user' }],
    [['key/client_email'], { ...downloaded, client_email: 'robot' }],
    [['key/private_key'], { ...downloaded, private_key: pem.replaceAll('\n', '\\n') }],
    [['key/private_key'], { ...downloaded, private_key: pem.slice(0, 400) }],
    [
      ['key/private_key'],
      { ...downloaded, private_key: pair(1024).privateKey.export({ type: 'pkcs8', format: 'pem' }) },
    ],
    [
      ['key/private_key'],
      {
        ...downloaded,
        private_key: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
      },
    ],
    [['key/private_key_id'], { ...downloaded, private_key_id: 5 }],
    [['key/token_uri'], { ...downloaded, token_uri: 'file:///etc/passwd' }],
  ])('points at %j', (pointers, wrong) => {
    expect(faults(wrong)).toEqual(pointers);
  });

  it('shows whose it is, and of a variable nothing', () => {
    const of = (secret: ServiceAccountKey | string) =>
      googleServiceAccount.derived?.of({ settings: settingsOf(), secrets: { key: secret } });
    expect(of(key)).toEqual({ clientEmail: 'robot@orders.iam.gserviceaccount.com' });
    expect(of('{{ config.KEY }}')).toEqual({});
  });
});

describe('the settings of a service account', () => {
  it.each<[string, object]>([
    ['scopes', { scopes: ['a'], idTokenAudience: 'https://run.example.com' }],
    ['subject', { subject: 'a@b.c', idTokenAudience: 'https://run.example.com' }],
    ['scopes', { subject: 'a@b.c' }],
    ['scopes/0', { scopes: ['a b'] }],
  ])('point at %s in %j', (pointer, given) => {
    const { error } = googleServiceAccount.settings.safeParse(given);
    expect(error?.issues.map(({ path }) => path.join('/'))).toEqual([pointer]);
  });
});

describe('a self-signed token', () => {
  const credential = { settings: settingsOf(), secrets: { key } };
  const tokenAt = (at: Date, url = 'https://pubsub.googleapis.com/v1/projects?x=1') =>
    googleServiceAccount
      .apply({ method: 'GET', url, headers: [], body: undefined }, credential, undefined, at)
      .headers[0]?.[1].slice('Bearer '.length) ?? '';

  it('is for the service that is called, and needs no grant', () => {
    expect(googleServiceAccount.acquires?.(credential.settings)).toBe(false);
    const token = tokenAt(now);
    const [head, claims] = parts(token);
    expect(head).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    expect(claims).toMatchObject({
      iss: key.client_email,
      sub: key.client_email,
      aud: 'https://pubsub.googleapis.com/',
    });
    expect(isSigned(token)).toBe(true);
    expect(parts(tokenAt(now, 'https://storage.googleapis.com/'))[1]?.aud).toBe('https://storage.googleapis.com/');
  });

  it('is good at any moment of it, with a clock that is five minutes off either way', () => {
    for (let minute = 0; minute < 25; minute += 1) {
      const { iat, exp } = parts(tokenAt(inMs(minute * 60_000)))[1] as { iat: number; exp: number };
      const seconds = now.getTime() / 1000 + minute * 60;
      expect(iat).toBeLessThanOrEqual(seconds - 300);
      expect(exp).toBeGreaterThanOrEqual(seconds + 2_400);
      expect(exp - iat).toBe(3_600);
    }
  });
});

describe('a token that is bought', () => {
  let asked: { url: string; form: Record<string, string> } | undefined;
  const answering =
    (status: number, body: unknown): AuthFetch =>
    (url, { body: form }) => {
      asked = { url, form: Object.fromEntries(new URLSearchParams(String(form))) };
      return Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }));
    };
  const acquire = async (given: object, fetch: AuthFetch, more: object = {}) =>
    googleServiceAccount.acquire?.(
      { settings: settingsOf(given), secrets: { key: { ...key, ...more } } },
      { fetch, now: () => now, organisation: 'org' },
    );
  const bearer = { access_token: 'ya29.t', token_type: 'Bearer', expires_in: 3599 };

  it('is asked for with scopes, in the name of a user', async () => {
    await expect(acquire({ scopes: ['a', 'b'], subject: 'u@example.com' }, answering(200, bearer))).resolves.toEqual({
      value: { token: 'ya29.t' },
      expiresAt: inMs(3_599_000),
    });
    const [, claims] = parts(asked?.form.assertion ?? '');
    expect(asked).toMatchObject({
      url: 'https://oauth2.googleapis.com/token',
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' },
    });
    expect(claims).toMatchObject({
      iss: key.client_email,
      sub: 'u@example.com',
      scope: 'a b',
      aud: 'https://oauth2.googleapis.com/token',
    });
    expect((claims?.iat as number) <= now.getTime() / 1000 - 300).toBe(true);
    expect(isSigned(asked?.form.assertion ?? '')).toBe(true);
  });

  it('is an ID token for an audience, good for as long as its issuer says by his own clock', async () => {
    const claims = { aud: 'https://run.example.com', iat: 1_000, exp: 4_600 };
    const idToken = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
    const grant = await acquire({ idTokenAudience: 'https://run.example.com' }, answering(200, { id_token: idToken }));
    expect(grant).toEqual({ value: { token: idToken }, expiresAt: inMs(3_600_000) });
    expect(parts(asked?.form.assertion ?? '')[1]).toMatchObject({ target_audience: 'https://run.example.com' });
    expect(parts(asked?.form.assertion ?? '')[1]).not.toHaveProperty('scope');
  });

  it('comes from where the key itself says', async () => {
    await acquire({ scopes: ['a'] }, answering(200, bearer), { token_uri: 'https://token.example.com/t' });
    expect(asked?.url).toBe('https://token.example.com/t');
    expect(parts(asked?.form.assertion ?? '')[1]?.aud).toBe('https://token.example.com/t');
  });

  it.each<[string, number, unknown, string]>([
    ['invalid_grant', 400, { error: 'invalid_grant', error_description: pem }, 'credential-rejected'],
    ['unauthorized_client', 401, { error: 'unauthorized_client' }, 'credential-rejected'],
    ['invalid_scope', 400, { error: 'invalid_scope' }, 'token-endpoint-failed'],
    ['500', 500, '<html>', 'token-endpoint-failed'],
    ['no token', 200, {}, 'token-endpoint-failed'],
    ['a token with a line break', 200, { ...bearer, access_token: 'a\r\nb' }, 'token-endpoint-failed'],
    ['something else', 200, '[]', 'token-endpoint-failed'],
  ])('or is a problem that repeats nothing: %s', async (_, status, body, slug) => {
    const problem = (await acquire({ scopes: ['a'] }, answering(status, body)).catch(
      (error: unknown) => error,
    )) as Error;
    expect(problem).toMatchObject({ slug });
    expect(JSON.stringify([problem.message, problem])).not.toContain('PRIVATE KEY');
  });
});
