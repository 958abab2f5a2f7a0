import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { headerOf, startUpstream, type Upstream } from '@pontage/fixtures';
import { decodeJwt, type JWTPayload } from 'jose';
import { ask } from './src/ask.js';
import { startEmbedSetting, type EmbedSetting } from './src/embed-setting.js';
import { startGuideVerifier, startVerifier, type Verifier } from './src/upstreams/identity-verifier.js';
import { runQuery, saveResource, trySaveResource, type SavedResource } from './src/save-resource.js';

const everything = ['email', 'name', 'groups', 'externalIdentifier', 'metadata', 'environment', 'app', 'actor'];
let setting: EmbedSetting;
let verifier: Verifier;
/** Its upstream verifies for this resource; the other one has the same base URL. */
let told: SavedResource;
let other: SavedResource;
/** Its upstream repeats what it got. */
let echoed: SavedResource;
let elsewhere: Upstream;
let backend: { id: string; token: string };

beforeAll(async () => {
  setting = await startEmbedSetting([], { alsoAllowed: '127.0.0.0/8' });
  const { pontage, upstream, app } = setting;
  elsewhere = await startUpstream();
  verifier = await startVerifier(pontage.url);
  const of = { baseUrl: verifier.url, identityHeader: { name: 'Pontage-Identity', claims: everything } };
  [told, other] = [await saveResource(pontage, of), await saveResource(pontage, of)];
  verifier.expect(told.id);
  const environments = { staging: { identityHeader: null } };
  const header = { name: 'X-Caller', claims: [] };
  echoed = await saveResource(pontage, { baseUrl: upstream.url, identityHeader: header, environments });
  const { json } = await ask<typeof backend>(pontage, 'POST', '/api/v1/tokens', {
    name: 'backend',
    scopes: ['queries:run', 'users:act'],
  });
  backend = json;
  await ask(pontage, 'PUT', `/api/v1/apps/${app}/queries/told`, { resource: told.id, request: { path: '/' } });
}, 120_000);
afterAll(async () => {
  await verifier?.stop();
  await elsewhere?.stop();
  await setting?.[Symbol.asyncDispose]();
}, 30_000);
beforeEach(() => setting.upstream.forget());

interface Verified {
  readonly status: number;
  readonly body: JWTPayload & Record<string, unknown>;
}
const as = (user: string | undefined, token = backend.token) => ({
  token,
  headers: (user === undefined ? {} : { 'pontage-user': user }) as Record<string, string>,
});
const query = async (id: string, user?: string, more: Record<string, unknown> = {}) =>
  (await ask<Verified>(setting.pontage, 'POST', `/api/v1/resources/${id}/query`, more, as(user))).json;
const received = (upstream = setting.upstream): (string | undefined)[] =>
  upstream.requests.map((request) => headerOf(request, 'x-caller'));

describe('an upstream that is told who calls', () => {
  it('verifies a user of an embed session, with all that was chosen', async () => {
    const cookie = await setting.redeem(
      await setting.mint({
        externalIdentifier: 'ada',
        userInfo: { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' },
      }),
    );
    const answer = await setting.inside('/embedded/api/queries/told/run', cookie, { method: 'POST', body: '{}' });
    const { status, body } = (await answer.json()) as Verified;
    expect([status, body]).toMatchObject([
      200,
      {
        iss: setting.pontage.url,
        aud: told.id,
        sub: 'external:ada',
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        groups: [{ id: setting.group, name: 'customers' }],
        externalIdentifier: 'ada',
        metadata: { storeId: 5 },
        environment: 'production',
        app: setting.app,
      },
    ]);
    expect(body.act).toBeUndefined();
    expect((body.exp ?? 0) - (body.iat ?? 0)).toBe(300);
    expect((body.exp ?? 0) * 1000 - Date.now()).toBeGreaterThan(120_000);
  });

  it('verifies a token, and a user for whom it acts, on every way to run a query', async () => {
    const itself = await query(told.id);
    expect([itself.status, itself.body.sub, itself.body.name]).toEqual([200, `token:${backend.id}`, 'backend']);
    const act = { sub: `token:${backend.id}` };
    const acting = [
      await query(told.id, 'ada'),
      (await ask<Verified>(setting.pontage, 'POST', `/api/v1/apps/${setting.app}/queries/told/run`, {}, as('ada')))
        .json,
      {
        status: 200,
        body: (await ask<Verified['body']>(setting.pontage, 'GET', `/proxy/${told.id}/`, undefined, as('ada'))).json,
      },
    ];
    for (const { status, body } of acting)
      expect([status, body]).toMatchObject([200, { sub: 'external:ada', externalIdentifier: 'ada', act, groups: [] }]);
  });

  it('refuses a token that was made for another resource', async () => {
    const { status, body } = await query(other.id, 'ada');
    expect([status, String(body.error)]).toEqual([401, expect.stringContaining('aud')]);
    expect((await query(told.id, 'ada')).status).toBe(200);
  });

  it('verifies it with the code of the guide', async () => {
    const guide = await startGuideVerifier(setting.pontage.url, (url) =>
      saveResource(setting.pontage, { baseUrl: url, identityHeader: { name: 'Pontage-Identity', claims: [] } }),
    );
    try {
      expect(await query(guide.resource.id, 'grace')).toMatchObject({ status: 200, body: { user: 'external:grace' } });
      const stranger = await saveResource(setting.pontage, {
        baseUrl: guide.url,
        identityHeader: { name: 'Pontage-Identity', claims: [] },
      });
      expect((await query(stranger.id, 'grace')).status).toBe(401);
      expect((await fetch(guide.url)).status).toBe(401);
      const path = `/api/v1/resources/${guide.resource.id}/test`;
      const tested = await ask<{ ok: boolean; status: number }>(setting.pontage, 'POST', path, {});
      expect([tested.json.ok, tested.json.status]).toEqual([true, 200]);
    } finally {
      await guide.stop();
    }
  }, 30_000);

  it('hears nothing from callers under the name of the header', async () => {
    const forged = [
      ['X-Caller', 'forged'],
      ['x_caller', 'forged'],
    ];
    expect((await query(echoed.id, 'ada', { path: '/echo', headers: forged })).status).toBe(200);
    // A name in `Connection` is one that is not passed on; fetch does not let it be said.
    const hop = { ...as('ada').headers, 'x-caller': 'forged', x_caller: 'forged', connection: 'x-caller, close' };
    const authorization = `Bearer ${backend.token}`;
    const sent = get(new URL(`/proxy/${echoed.id}/echo`, setting.pontage.url), { headers: { ...hop, authorization } });
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    answer.resume();
    for (const request of setting.upstream.requests) {
      const named = request.headers.filter(([name]) => /^x[-_]caller$/i.test(name));
      expect(named.map(([, value]) => decodeJwt(value).sub)).toEqual(['external:ada']);
    }
    expect(setting.upstream.requests).toHaveLength(2);
  });

  it('is told nothing in an environment that turns it off', async () => {
    await query(echoed.id, 'ada', { path: '/echo', environment: 'staging' });
    await query(echoed.id, 'ada', { path: '/echo' });
    expect(received().map((each) => each !== undefined)).toEqual([false, true]);
  });

  it('is not told by way of a redirect to another origin', async () => {
    const to = (url: string) => ({ path: '/redirect', urlParams: [['to', url]] });
    expect((await query(echoed.id, 'ada', to('/echo'))).status).toBe(200);
    expect((await query(echoed.id, 'ada', to(`${elsewhere.url}/echo`))).status).toBe(200);
    expect(received().every((each) => each !== undefined)).toBe(true);
    expect(received(elsewhere)).toEqual([undefined]);
  });
});

describe('the token that tells', () => {
  it('is masked in a preview', async () => {
    const path = `/api/v1/resources/${echoed.id}/preview`;
    const { json } = await ask<{ headers: [string, string][] }>(
      setting.pontage,
      'POST',
      path,
      { path: '/echo' },
      as('ada'),
    );
    expect(json.headers.filter(([name]) => name === 'X-Caller')).toEqual([['X-Caller', '***']]);
    expect(JSON.stringify(json)).not.toContain('eyJ');
  });

  it('and what it says cross the bus sealed, also where an upstream repeats them', async () => {
    const { pontage, app, group } = setting;
    const canary = `canary-${randomUUID()}`;
    await ask(pontage, 'PUT', `/api/v1/apps/${app}/queries/quiet`, {
      resource: echoed.id,
      request: { path: '/status/200' },
    });
    await ask(pontage, 'PUT', `/api/v1/apps/${app}/queries/loud`, {
      resource: echoed.id,
      request: { path: '/reflect', urlParams: [['header', 'x-caller']] },
    });
    await ask(pontage, 'PATCH', `/api/v1/resources/${echoed.id}`, {
      identityHeader: { name: 'X-Caller', claims: everything },
    });
    const cookie = await setting.redeem(
      await setting.mint({
        groupIds: [group],
        externalIdentifier: 'tapped',
        userInfo: { email: `${canary}@example.com` },
        metadata: { canary },
      }),
    );
    const { host, username, password } = new URL(pontage.processes().natsUrl);
    const tap = await connect({ servers: host, user: username, pass: decodeURIComponent(password) });
    const seen: string[] = [];
    tap.subscribe('>', {
      callback: (_, message) => void seen.push(`${message.subject} ${Buffer.from(message.data).toString('latin1')}`),
    });
    await tap.flush();
    for (const name of ['quiet', 'loud'])
      expect(
        (await setting.inside(`/embedded/api/queries/${name}/run`, cookie, { method: 'POST', body: '{}' })).status,
      ).toBe(200);
    await tap.flush();
    await tap.close();
    const tokens = [...new Set(received().map((each) => each ?? ''))];
    expect(tokens.map((token) => decodeJwt(token))).toMatchObject([
      { email: `${canary}@example.com`, metadata: { canary } },
    ]);
    const secrets = [
      canary,
      Buffer.from(canary).toString('base64').slice(3, -3),
      ...tokens.flatMap((token) => token.split('.')),
    ];
    const leaks = seen.filter((data) => secrets.some((secret) => data.includes(secret)));
    expect(seen.some((data) => data.startsWith('v1.auth-broker.identity.lease'))).toBe(true);
    expect(seen.some((data) => data.includes('tapped'))).toBe(true);
    expect(leaks.map((data) => data.split(' ')[0])).toEqual([]);
  });

  it('is never missing: without a broker those who were here go on, and others are refused before anything is sent', async () => {
    await query(echoed.id, 'early', { path: '/echo' });
    const { pid } = setting.pontage.processOf('auth-broker');
    process.kill(pid, 'SIGSTOP');
    try {
      expect((await query(echoed.id, 'early', { path: '/echo' })).status).toBe(200);
      setting.upstream.forget();
      const late = await runQuery(setting.pontage, echoed.id, { path: '/echo' }, { 'pontage-user': 'late' });
      expect([late.status, late.json.code]).toEqual([503, 'lease-unavailable']);
      expect(setting.upstream.requests).toHaveLength(0);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    for (const deadline = performance.now() + 15_000; performance.now() < deadline;)
      if ((await runQuery(setting.pontage, echoed.id, { path: '/echo' }, { 'pontage-user': 'late' })).status === 200)
        break;
    expect(received().every((each) => each !== undefined)).toBe(true);
    expect(setting.upstream.requests.length).toBeGreaterThan(0);
  }, 30_000);

  it('and a credential do not share a header', async () => {
    const { id } = await saveResource(setting.pontage, {
      baseUrl: setting.upstream.url,
      identityHeader: { name: 'X-Api-Key', claims: [] },
      authentication: { method: 'api-key', in: 'header', name: 'X-Api-Key', value: 'k' },
    });
    for (const verb of ['query', 'preview']) {
      const { status, json } = await ask(setting.pontage, 'POST', `/api/v1/resources/${id}/${verb}`, { path: '/echo' });
      expect([status, json.code, json.errors[0]?.pointer]).toEqual([400, 'invalid-request', '/identityHeader/name']);
    }
    expect(setting.upstream.requests).toHaveLength(0);
  });
});

describe('the setting', () => {
  it('is versioned, and ends with null', async () => {
    const { pontage, upstream } = setting;
    const { id } = await saveResource(pontage, { baseUrl: upstream.url });
    const identityHeader = { name: 'X-Caller', claims: ['email'] };
    const patched = await ask(pontage, 'PATCH', `/api/v1/resources/${id}`, { identityHeader });
    expect(patched.json).toMatchObject({ version: 2, identityHeader });
    const diff = await ask(pontage, 'GET', `/api/v1/resources/${id}/versions/2/diff`);
    expect(JSON.stringify(diff.json)).toContain('identityHeader');
    await query(id, 'ada', { path: '/echo' });
    await ask(pontage, 'PATCH', `/api/v1/resources/${id}`, { identityHeader: null });
    await query(id, 'ada', { path: '/echo' });
    expect(received().map((each) => each !== undefined)).toEqual([true, false]);
  });

  it.each([
    [{ name: 'Authorization' }, '/identityHeader/name'],
    [{ name: 'Host' }, '/identityHeader/name'],
    [{ name: 'Transfer-Encoding' }, '/identityHeader/name'],
    [{ name: 'two words' }, '/identityHeader/name'],
    [{ name: 'X-Caller', claims: ['password'] }, '/identityHeader/claims/0'],
    [{ name: 'X-Caller', claims: ['email', 'email'] }, '/identityHeader/claims'],
    [{ claims: [] }, '/identityHeader/name'],
  ])('is refused as %j', async (identityHeader, pointer) => {
    const { status, json } = await trySaveResource(setting.pontage, { baseUrl: 'https://a.example', identityHeader });
    expect([status, json.code, json.errors[0]?.pointer]).toEqual([400, 'invalid-request', pointer]);
    const own = { baseUrl: 'https://a.example', environments: { staging: { identityHeader } } };
    expect((await trySaveResource(setting.pontage, own)).json.errors[0]?.pointer).toBe(
      `/environments/staging${pointer}`,
    );
  });
});
