import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { upstreamUnreachable } from '@pontage/problems';
import { Provider } from 'oidc-provider';
import type { AuthContext, AuthFetch } from '../auth-method.js';
import { oauth2 } from './oauth2.js';

const secret = 'canary-cl1ent:s&cret/+ %';
const now = new Date('2026-11-20T12:00:00Z');
const viaFetch: AuthFetch = (url, init) => fetch(url, init as RequestInit);

let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: { method?: string; authorization?: string; form: Record<string, string> }[];
const server = createServer((request, response) => answer(request, response));
const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeEach(async () => {
  asked = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const answering = (
  status: number,
  body: string,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) => {
  answer = (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      asked.push({
        method: request.method,
        authorization: request.headers.authorization,
        form: Object.fromEntries(new URLSearchParams(text)),
      });
      response.writeHead(status, headers).end(body);
    });
  };
};
const acquire = (changes: object = {}, context: Partial<AuthContext> = {}) => {
  const settings = oauth2.settings.parse({
    grant: 'client_credentials',
    tokenUrl: `${base()}/token`,
    clientId: 'the client',
    ...changes,
  });
  if (oauth2.acquire === undefined) throw new Error('oauth2 acquires');
  return oauth2.acquire(
    { settings, secrets: { clientSecret: secret } },
    { fetch: viaFetch, now: () => now, organisation: 'org', ...context },
  );
};
const token = (more: object = {}) =>
  JSON.stringify({ access_token: 't0ken', token_type: 'Bearer', expires_in: 300, ...more });
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe('a client credentials request', () => {
  it('authenticates in the header or in the form, and sends what the settings say', async () => {
    answering(200, token());
    await expect(
      acquire({ scopes: ['a', 'b'], audience: 'https://api', extraParams: { tenant: 't' } }),
    ).resolves.toEqual({ value: { accessToken: 't0ken' }, expiresAt: inSeconds(300) });
    await acquire({ clientAuthentication: 'post' });
    expect(asked[0]).toMatchObject({
      method: 'POST',
      form: { grant_type: 'client_credentials', scope: 'a b', audience: 'https://api', tenant: 't' },
    });
    const [user, password] = Buffer.from(asked[0]?.authorization?.slice(6) ?? '', 'base64')
      .toString()
      .split(':')
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    expect([user, password, asked[0]?.form.client_secret]).toEqual(['the client', secret, undefined]);
    expect(asked[1]).toMatchObject({ form: { client_id: 'the client', client_secret: secret } });
    expect(asked[1]?.authorization).toBeUndefined();
  });

  it.each<[string, object, object, number]>([
    ['what the provider says', {}, { expires_in: 300 }, 300],
    ['what the provider says as text', {}, { expires_in: '300' }, 300],
    ['55 minutes when nobody says', {}, { expires_in: undefined }, 3300],
    [
      'the setting when the provider says nothing',
      { accessTokenLifespanSeconds: 7200 },
      { expires_in: undefined },
      7200,
    ],
    ['a hundred years when the provider means for ever', {}, { expires_in: 3e11 }, 3_153_600_000],
    ['a hundred years when no calendar has it', {}, { expires_in: 1e300 }, 3_153_600_000],
    ['the earlier of the two', { accessTokenLifespanSeconds: 60 }, {}, 60],
    ['the earlier of the two', { accessTokenLifespanSeconds: 900 }, {}, 300],
  ])('keeps the token for %s', async (_, changes, more, seconds) => {
    answering(200, token(more));
    expect((await acquire(changes)).expiresAt).toEqual(inSeconds(seconds));
  });

  it('finds the token URL in the metadata of the issuer', async () => {
    const provider = new Provider(base(), {
      clients: [
        {
          client_id: 'the client',
          client_secret: secret,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
          scope: 'orders',
        },
      ],
      features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
      scopes: ['orders'],
    });
    answer = (request, response) => void provider.callback()(request, response);
    const grant = await acquire({ tokenUrl: undefined, issuer: base(), scopes: ['orders'] });
    expect(grant.value.accessToken.length).toBeGreaterThan(20);
    expect(grant.expiresAt?.getTime()).toBeGreaterThan(now.getTime());
    await expect(acquire({ tokenUrl: undefined, issuer: base(), clientId: 'another' })).rejects.toMatchObject({
      slug: 'credential-rejected',
    });
  });
});

describe('a token endpoint that gives no token', () => {
  const echo = { error_description: `you sent ${secret}` };

  it.each<[string, number, string, Record<string, string> | undefined, string]>([
    ['invalid_client', 401, JSON.stringify({ error: 'invalid_client', ...echo }), undefined, 'credential-rejected'],
    [
      'a challenge',
      401,
      '',
      { 'www-authenticate': `Basic realm="${encodeURIComponent(secret)}"` },
      'credential-rejected',
    ],
    ['invalid_client with 400', 400, JSON.stringify({ error: 'invalid_client' }), undefined, 'credential-rejected'],
    [
      'unauthorized_client',
      400,
      JSON.stringify({ error: 'unauthorized_client', ...echo }),
      undefined,
      'credential-rejected',
    ],
    ['invalid_grant', 400, JSON.stringify({ error: 'invalid_grant' }), undefined, 'credential-rejected'],
    ['invalid_scope', 400, JSON.stringify({ error: 'invalid_scope' }), undefined, 'token-endpoint-failed'],
    ['an error of its own words', 400, JSON.stringify({ error: secret }), undefined, 'token-endpoint-failed'],
    ['500 and HTML', 500, `<p>${secret}`, { 'content-type': 'text/html' }, 'token-endpoint-failed'],
    ['503', 503, '{}', undefined, 'token-endpoint-failed'],
    ['a redirect', 302, '', { location: 'https://elsewhere.example' }, 'token-endpoint-failed'],
    ['HTML', 200, `<p>${secret}`, { 'content-type': 'text/html' }, 'token-endpoint-failed'],
    ['broken JSON', 200, `{"access_token":"${secret}`, undefined, 'token-endpoint-failed'],
    [
      'no access token',
      200,
      JSON.stringify({ token_type: 'bearer', other: secret }),
      undefined,
      'token-endpoint-failed',
    ],
    [
      'another kind of token',
      200,
      token({ token_type: 'mac', access_token: secret }),
      undefined,
      'token-endpoint-failed',
    ],
    ['a DPoP token', 200, token({ token_type: 'DPoP' }), undefined, 'token-endpoint-failed'],
    ['a token with a line break', 200, token({ access_token: 'a\r\nX: y' }), undefined, 'token-endpoint-failed'],
    ['a list', 200, `["${secret}"]`, undefined, 'token-endpoint-failed'],
  ])('is a problem and repeats nothing: %s', async (_, status, body, headers, slug) => {
    answering(status, body, headers ?? { 'content-type': 'application/json' });
    const problem: Error = await acquire().then(
      () => new Error('a token'),
      (error: unknown) => error as Error,
    );
    expect(problem).toMatchObject({ slug });
    expect(problem.cause).toBeUndefined();
    for (const part of [secret, encodeURIComponent(secret)])
      expect(JSON.stringify({ ...problem, message: problem.message, stack: problem.stack })).not.toContain(part);
    expect(asked).toHaveLength(1);
  });

  it('hands on what the worker says', async () => {
    const refused = upstreamUnreachable({ stage: 'connect' });
    await expect(acquire({}, { fetch: () => Promise.reject(refused) })).rejects.toBe(refused);
  });

  it('never sends the secret to an http address that an https issuer names', async () => {
    const urls: string[] = [];
    const fetchMetadata: AuthFetch = (url) => {
      urls.push(url);
      return Promise.resolve(
        Response.json({ issuer: 'https://login.example.com', token_endpoint: 'http://login.example.com/token' }),
      );
    };
    await expect(
      acquire({ tokenUrl: undefined, issuer: 'https://login.example.com' }, { fetch: fetchMetadata }),
    ).rejects.toMatchObject({ slug: 'token-endpoint-failed' });
    expect(urls).toEqual(['https://login.example.com/.well-known/openid-configuration']);
  });
});
