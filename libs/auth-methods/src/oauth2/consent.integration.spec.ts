import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OAuthProvider } from '@pontage/testkit';
import type { AuthContext } from '../auth-method.js';
import { oauth2 } from './oauth2.js';
import type { AccessToken } from './token-answer.js';

const redirectUri = 'http://127.0.0.1:7400/oauth/callback';
const checks = { redirectUri, state: 'state-1', nonce: 'nonce-1', codeVerifier: 'v'.repeat(43) };

let provider: OAuthProvider;
beforeAll(async () => {
  provider = await OAuthProvider.start([redirectUri]);
});
afterAll(() => provider[Symbol.asyncDispose]());

const context: AuthContext = {
  fetch: (url, init) => fetch(url, init as RequestInit),
  now: () => new Date(),
  organisation: 'org',
};

const credentialOf = (more: object = {}) => {
  const { method: _, clientSecret, ...given } = provider.authentication(more);
  return { settings: oauth2.settings.parse(given), secrets: oauth2.secrets.parse({ clientSecret }) };
};
type OAuthCredential = ReturnType<typeof credentialOf>;

const { consent } = oauth2;
if (consent === undefined) throw new Error('people can agree');

async function signIn(credential: OAuthCredential, login = 'ada') {
  const url = await consent!.begin(credential, checks, context);
  const callback = await provider.signIn(url, login);
  return { url: new URL(url), callback };
}
const complete = async (credential: OAuthCredential, login?: string) => {
  const { callback } = await signIn(credential, login);
  return consent.complete(credential, callback.searchParams, checks, context);
};
const refresh = (credential: OAuthCredential, held: AccessToken | undefined) =>
  oauth2.acquire!(credential, { ...context, held });

describe('a person at a certified provider', () => {
  it('is asked with PKCE, state and nonce, and comes back with a code that is worth a grant', async () => {
    const credential = credentialOf();
    const { url, callback } = await signIn(credential, 'ada');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: 'pontage',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid offline_access',
      code_challenge_method: 'S256',
      state: 'state-1',
      nonce: 'nonce-1',
      prompt: 'consent',
    });
    expect(callback.origin + callback.pathname).toBe(redirectUri);
    const grant = await consent.complete(credential, callback.searchParams, checks, context);
    expect(await provider.accountOf(grant.value.accessToken)).toBe('ada');
    expect(await provider.takes(grant.value.refreshToken ?? '')).toBe(true);
    expect(grant.value.idToken).toMatch(/^ey/);
    expect(grant.expiresAt?.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
  });

  it.each<[string, object]>([
    ['another state', { state: 'state-2' }],
    ['another verifier', { codeVerifier: 'w'.repeat(43) }],
    ['another nonce', { nonce: 'nonce-2' }],
    ['another callback', { redirectUri: 'http://127.0.0.1:7400/oauth/other' }],
  ])('is refused with %s', async (_, other) => {
    const credential = credentialOf();
    const { callback } = await signIn(credential);
    await expect(
      consent.complete(credential, callback.searchParams, { ...checks, ...other }, context),
    ).rejects.toMatchObject({ definition: { kind: 'upstream-failed' } });
  });

  it('is refused when another issuer says that it sent them', async () => {
    const credential = credentialOf();
    const { callback } = await signIn(credential);
    expect(callback.searchParams.get('iss')).toBe(provider.origin);
    callback.searchParams.set('iss', 'https://evil.example');
    const before = provider.tokenRequests.length;
    await expect(consent.complete(credential, callback.searchParams, checks, context)).rejects.toMatchObject({
      slug: 'token-endpoint-failed',
      detail: expect.stringContaining('does not belong to this sign-in'),
    });
    expect(provider.tokenRequests.length).toBe(before);
  });

  it.each<[string, unknown]>([
    ['authorization_endpoint', 'javascript:alert(1)'],
    ['authorization_endpoint', 'data:text/html,x'],
    ['authorization_endpoint', 5],
    ['authorization_endpoint', 'https://user:pass@login.example/'],
    ['token_endpoint', 'file:///etc/passwd'],
    ['revocation_endpoint', '/revoke'],
  ])('is sent nowhere by metadata whose %s is %j', async (name, value) => {
    const issuer = 'https://login.example';
    const metadata = {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      [name]: value,
    };
    const telling = { ...context, fetch: async () => Response.json(metadata) };
    await expect(consent.begin(credentialOf({ issuer }), checks, telling)).rejects.toMatchObject({
      slug: 'token-endpoint-failed',
      detail: expect.stringContaining(name),
    });
  });

  it('is believed when they do not agree, in no words of theirs', async () => {
    const answer = new URLSearchParams({
      error: 'access_denied',
      error_description: 'canary',
      state: 'state-1',
      iss: provider.origin,
    });
    await expect(consent.complete(credentialOf(), answer, checks, context)).rejects.toMatchObject({
      slug: 'consent-denied',
      detail: 'The provider sent the person back without consent (access_denied).',
    });
    answer.set('error', 'canary');
    await expect(consent.complete(credentialOf(), answer, checks, context)).rejects.toMatchObject({
      detail: 'The provider sent the person back without consent.',
    });
  });

  it('signs in by URLs alone as well: the ID token comes from the token endpoint itself', async () => {
    const issuer = provider.origin;
    const credential = credentialOf({
      issuer: undefined,
      authorizationUrl: `${issuer}/auth`,
      tokenUrl: `${issuer}/token`,
      revocationUrl: `${issuer}/token/revocation`,
    });
    const grant = await complete(credential, 'grace');
    expect(await provider.accountOf(grant.value.accessToken)).toBe('grace');
    expect(grant.value.idToken).toMatch(/^ey/);
    const next = await refresh(credential, grant.value);
    expect(next.value.idToken).toMatch(/^ey/);
    expect(await consent.revoke(credential, next.value, context)).toBe(true);
    expect(await provider.accountOf(next.value.accessToken)).toBeUndefined();
  });
});

describe('a refresh', () => {
  it('brings a new access token and, from a provider that rotates, a new refresh token', async () => {
    const credential = credentialOf();
    const first = await complete(credential);
    const next = await refresh(credential, first.value);
    expect(next.value.accessToken).not.toBe(first.value.accessToken);
    expect(next.value.refreshToken).not.toBe(first.value.refreshToken);
    expect(await provider.takes(first.value.refreshToken ?? '')).toBe(false);
  });

  it.each<[string, object]>([
    ['none', {}],
    ['an empty one', { refresh_token: '' }],
  ])('keeps the refresh token when the provider sends %s', async (_, sent) => {
    const answering = {
      ...context,
      fetch: () => Promise.resolve(Response.json({ access_token: 't2', token_type: 'Bearer', ...sent })),
    };
    const credential = credentialOf({
      issuer: undefined,
      authorizationUrl: 'https://p.test/a',
      tokenUrl: 'https://p.test/t',
    });
    const held = { accessToken: 't1', refreshToken: 'r1', idToken: 'i1' };
    const { value } = await oauth2.acquire!(credential, { ...answering, held });
    expect(value).toEqual({ accessToken: 't2', refreshToken: 'r1', idToken: 'i1' });
  });

  it('of a spent refresh token asks for a new sign-in', async () => {
    const credential = credentialOf();
    const first = await complete(credential);
    await refresh(credential, first.value);
    await expect(refresh(credential, first.value)).rejects.toMatchObject({ slug: 'consent-required' });
  });

  it('without a refresh token asks for a sign-in, and nobody else', async () => {
    const before = provider.tokenRequests.length;
    await expect(refresh(credentialOf(), undefined)).rejects.toMatchObject({ slug: 'consent-required' });
    await expect(refresh(credentialOf(), { accessToken: 't' })).rejects.toMatchObject({ slug: 'consent-required' });
    expect(provider.tokenRequests).toHaveLength(before);
  });

  it('tells how long a provider wants to be left alone', async () => {
    const busy = new Response('{"error":"slow_down"}', {
      status: 429,
      headers: { 'retry-after': '17', 'content-type': 'application/json' },
    });
    const answering = { ...context, fetch: () => Promise.resolve(busy), held: { accessToken: 't', refreshToken: 'r' } };
    const credential = credentialOf({
      issuer: undefined,
      authorizationUrl: 'https://p.test/a',
      tokenUrl: 'https://p.test/t',
    });
    await expect(oauth2.acquire!(credential, answering)).rejects.toMatchObject({
      slug: 'token-endpoint-failed',
      retryAfterSeconds: 17,
    });
  });
});

it('lends no refresh token', () => {
  expect(oauth2.lends?.({ accessToken: 'a', refreshToken: 'r', idToken: 'i' })).toEqual({
    accessToken: 'a',
    idToken: 'i',
  });
});
