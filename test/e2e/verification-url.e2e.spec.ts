import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { saveResource, trySaveResource } from './src/save-resource.js';
import {
  startSignInUpstream,
  tokenCanary,
  upstreamCanary,
  type SignInUpstream,
} from './src/upstreams/sign-in-upstream.js';

interface SignIn {
  readonly state: string;
  readonly expiresAt: string | null;
  readonly explain: string;
}

let pontage: Pontage;
let upstream: SignInUpstream;
let evil: SignInUpstream;
const clientSecret = 'canary-cl1ent';
const secrets = [clientSecret, tokenCanary, upstreamCanary, 'canary-c00kie'];
/** Everything that was said about sign-ins. */
const told: unknown[] = [];

beforeAll(async () => {
  [upstream, evil] = await Promise.all([startSignInUpstream(), startSignInUpstream()]);
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await Promise.all([upstream, evil].map((each) => each?.[Symbol.asyncDispose]()));
}, 30_000);
beforeEach(() => {
  upstream.asked.length = 0;
  upstream.me = () => 200;
  upstream.knowsClient = true;
});

const session = (verificationUrl: string | undefined = '/me') => ({
  baseUrl: `${upstream.url}/v1`,
  authentication: { method: 'session', cookiesToForward: ['sid'], verificationUrl },
});
const client = (more: object = { verificationUrl: '/me' }) => ({
  baseUrl: upstream.url,
  authentication: {
    method: 'oauth2',
    grant: 'client_credentials',
    tokenUrl: `${upstream.url}/token`,
    clientId: 'c',
    clientSecret,
    ...more,
  },
});
async function signIn(id: string, more: { cookie?: string; token?: string; query?: string } = {}) {
  const { cookie, token, query = '' } = more;
  const answer = await ask<SignIn>(pontage, 'GET', `/api/v1/resources/${id}/auth${query}`, undefined, {
    ...(cookie === undefined ? {} : { headers: { cookie } }),
    ...(token === undefined ? {} : { token }),
  });
  told.push(answer.json);
  return answer;
}
const stateOf = async (id: string, more: Parameters<typeof signIn>[1] = {}) => (await signIn(id, more)).json.state;

describe('a resource with session cookies', () => {
  beforeEach(() => {
    upstream.me = ({ cookie }) => (cookie === 'sid=canary-c00kie' ? 200 : 302);
  });

  it('tells who is signed in from who is not, by what the verification URL answers', async () => {
    const { id } = await saveResource(pontage, session());
    const signedIn = await signIn(id, { cookie: 'sid=canary-c00kie; theme=dark' });
    expect(signedIn.json).toEqual({
      state: 'authorized',
      expiresAt: null,
      explain: "The next query is sent with the caller's cookies; the verification URL answered 200.",
    });
    expect(signedIn.headers.get('cache-control')).toBe('no-store');
    expect(upstream.asked).toEqual([{ target: '/v1/me', cookie: 'sid=canary-c00kie', authorization: undefined }]);
    expect(await stateOf(id, { cookie: 'sid=other' })).toBe('unauthorized');
    const without = await signIn(id);
    expect(without.json.state).toBe('unauthorized');
    expect(without.json.explain).toContain('answered 302');
    // No redirect was followed, and what is no 2xx is forgotten in a second.
    expect(upstream.asked.map(({ target }) => target)).toEqual(['/v1/me', '/v1/me', '/v1/me']);
  });

  it('asks once for an app that opens with many questions', async () => {
    const { id } = await saveResource(pontage, session());
    const states = await Promise.all(Array.from({ length: 50 }, () => stateOf(id, { cookie: 'sid=canary-c00kie' })));
    expect(new Set(states)).toEqual(new Set(['authorized']));
    expect(upstream.asked).toHaveLength(1);
  });

  it('carries what every request of it carries, and a policy for callers is not about this one', async () => {
    const { id } = await saveResource(pontage, {
      ...session('/me?full=1'),
      urlParams: [['tenant', 'acme']],
      policy: { methods: ['POST'], paths: ['/orders'] },
    });
    expect(await stateOf(id, { cookie: 'sid=canary-c00kie' })).toBe('authorized');
    expect(upstream.asked[0]?.target).toBe('/v1/me?tenant=acme&full=1');
  });
});

describe('a resource with OAuth 2.0 client credentials', () => {
  it.each([
    [200, 'authorized'],
    [204, 'authorized'],
    [302, 'unauthorized'],
    [401, 'unauthorized'],
    [500, 'unauthorized'],
  ])('is, when the verification URL answers %i, %s', async (status, state) => {
    upstream.me = () => status;
    const { id } = await saveResource(pontage, client());
    const { json } = await signIn(id);
    expect(json).toMatchObject({ state, explain: expect.stringContaining(`answered ${status}`) });
    expect(Date.parse(json.expiresAt ?? '')).toBeGreaterThan(Date.now());
    expect(upstream.asked.every(({ authorization }) => authorization === `Bearer ${tokenCanary}`)).toBe(true);
  });

  it('is not judged when the upstream is down: that is a problem, as for a query', async () => {
    upstream.me = () => 'down';
    const { id } = await saveResource(pontage, client());
    const { status, json } = await signIn(id);
    expect([status, json.code]).toEqual([502, expect.stringMatching(/^upstream-/)]);
    expect(json.state).toBeUndefined();
  });

  it('is not judged when the upstream says nothing in time', async () => {
    upstream.me = () => 'silent';
    const { id } = await saveResource(pontage, { ...client(), timeoutMs: 300 });
    const { status, json } = await signIn(id);
    expect([status, json.code]).toEqual([504, 'upstream-timed-out']);
  });

  it('is judged by the head of the answer, whatever follows', async () => {
    upstream.me = () => 'endless';
    const { id } = await saveResource(pontage, client());
    expect(await stateOf(id)).toBe('authorized');
  });

  it('is unauthorized when the client is not known, and says so without the provider’s words', async () => {
    upstream.knowsClient = false;
    const { id } = await saveResource(pontage, client());
    expect((await signIn(id)).json).toEqual({
      state: 'unauthorized',
      expiresAt: null,
      explain: 'The next query would ask for a grant and get none: the credential is not accepted.',
    });
    expect(upstream.asked).toEqual([]);
  });

  it('is judged by its grant when there is no verification URL', async () => {
    const { id } = await saveResource(pontage, client({}));
    expect(await stateOf(id)).toBe('authorized');
    expect(upstream.asked).toEqual([]);
  });

  it('has on record when what the upstream says of its grant changes, and no query', async () => {
    const { id } = await saveResource(pontage, client());
    upstream.me = () => 403;
    await signIn(id);
    await signIn(id);
    const recorded = async () =>
      (
        await ask<{ data: { action: string; outcome: string }[] }>(
          pontage,
          'GET',
          `/api/v1/audit-events?resource=${id}&action=*`,
        )
      ).json.data.filter(({ action }) => action.startsWith('grant.') || action.startsWith('query.'));
    for (const deadline = performance.now() + 10_000; (await recorded()).length < 3;)
      if (performance.now() > deadline) break;
    expect((await recorded()).map(({ action, outcome }) => `${action} ${outcome}`).sort()).toEqual([
      'grant.acquired success',
      'grant.issued success',
      'grant.verified failure',
    ]);
  });
});

describe('a verification URL on another origin', () => {
  it('is refused when it is saved', async () => {
    for (const settings of [session(`${evil.url}/me`), client({ verificationUrl: `${evil.url}/me` })]) {
      const { status, json } = await trySaveResource(pontage, settings);
      expect([status, json.code, json.errors[0]?.pointer]).toEqual([
        400,
        'invalid-request',
        '/authentication/verificationUrl',
      ]);
    }
    expect(evil.asked).toEqual([]);
  });

  it('is refused when the base URL moves away from it, or a variable leads there: no credential arrives', async () => {
    const { id } = await saveResource(pontage, session(`${upstream.url}/v1/me`));
    await ask(pontage, 'PATCH', `/api/v1/resources/${id}`, { baseUrl: `http://localhost:${upstream.port}` });
    await ask(pontage, 'PUT', '/api/v1/config/VERIFY', { environment: 'production', value: `${evil.url}/me` });
    const variable = await saveResource(pontage, session('{{ config.VERIFY }}'));
    for (const resource of [id, variable.id]) {
      const { status, json } = await signIn(resource, { cookie: 'sid=canary-c00kie' });
      expect([status, json.code]).toEqual([403, 'destination-denied']);
    }
    expect([...evil.asked, ...upstream.asked]).toEqual([]);
  });
});

describe('GET …/auth', () => {
  it('says that nobody has to sign in where nothing is acquired or verified', async () => {
    const open = await saveResource(pontage, { baseUrl: upstream.url });
    const basic = await saveResource(pontage, {
      baseUrl: upstream.url,
      authentication: { method: 'basic', username: 'u', password: clientSecret },
    });
    for (const { id } of [open, basic]) expect(await stateOf(id)).toBe('not-required');
  });

  it('is for those who may use the resource, in an environment that there is', async () => {
    const { id } = await saveResource(pontage, client());
    const group = await ask<{ id: number }>(pontage, 'POST', '/api/v1/groups', { name: 'outsiders' });
    const tokenOf = async (more: object) =>
      (await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', { name: 'spec', ...more })).json.token;
    const reader = await tokenOf({ scopes: ['resources:read'] });
    const outsider = await tokenOf({ scopes: ['queries:run'], groupIds: [group.json.id] });
    const user = await tokenOf({ scopes: ['queries:run'] });
    const outcomes = [
      await signIn(id, { token: reader }),
      await signIn(id, { token: outsider }),
      await signIn('nobody-knows-it'),
      await signIn(id, { query: '?environment=moon' }),
      await signIn(id, { query: '?colour=red' }),
      await signIn(id, { token: user }),
    ];
    expect(outcomes.map(({ status, json }) => [status, json.code ?? json.state])).toEqual([
      [403, 'missing-scope'],
      [404, 'not-found'],
      [404, 'not-found'],
      [400, 'invalid-request'],
      [400, 'invalid-request'],
      [200, 'authorized'],
    ]);
  });

  it('has told no secret, and nothing that an upstream said', () => {
    expect(told.length).toBeGreaterThan(20);
    for (const secret of secrets) expect(JSON.stringify(told)).not.toContain(secret);
  });
});
