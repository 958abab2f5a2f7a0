import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startDigestServer, type DigestServer, type DigestServerOptions } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask, type Answer } from './src/ask.js';

const regions = ['us-west-2', 'eu-central-1'];
const user = { username: 'mufasa', password: 'circle of life' };
const open: DigestServer[] = [];
let pontage: Pontage;

/** What `/query` answers. */
interface QueryAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: { readonly target?: string; readonly method?: string; readonly verified?: Record<string, unknown> };
}

beforeAll(async () => {
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
}, 90_000);
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});
afterAll(() => pontage?.stop(), 30_000);

async function digestServer(options: DigestServerOptions = {}): Promise<DigestServer> {
  const server = await startDigestServer({ ...user, ...options });
  open.push(server);
  return server;
}

async function newResource(server: DigestServer, settings: object = {}): Promise<string> {
  const name = `d-${randomUUID().slice(0, 8)}`;
  const { status, json } = await ask(pontage, 'POST', '/api/v1/resources', {
    name,
    baseUrl: server.url,
    authentication: { method: 'digest', ...user },
    ...settings,
  });
  expect([status, json]).toEqual([201, expect.anything()]);
  return name;
}

const query = (resource: string, body: object): Promise<Answer<QueryAnswer>> =>
  ask<QueryAnswer>(pontage, 'POST', `/api/v1/resources/${resource}/query`, body);

const proxy = (path: string, init: RequestInit = {}): Promise<Response> => pontage.fetch(`/proxy/${path}`, init);

const statuses = ({ requests }: DigestServer): number[] => requests.map(({ status }) => status);

describe('digest', () => {
  describe.each(regions)('from %s', (region) => {
    it.each<[string, DigestServerOptions]>([
      ['MD5', {}],
      ['no algorithm', { algorithms: [''] }],
      ['SHA-256', { algorithms: ['SHA-256'] }],
      ['SHA-512-256 and userhash', { algorithms: ['SHA-512-256'], userhash: true }],
      ['MD5-sess', { algorithms: ['MD5-sess'] }],
      ['SHA-256-sess and auth-int', { algorithms: ['SHA-256-sess'], qop: 'auth-int' }],
      ['RFC 2069', { qop: undefined, algorithms: [''] }],
      ['several in one line', { algorithms: ['MD5', 'SHA-256'], oneLine: true, otherChallenge: 'Basic realm="x"' }],
      ['several lines', { algorithms: ['MD5', 'SHA-512-256', 'SHA-256'], otherChallenge: 'Negotiate' }],
    ])('is asked once and then goes ahead, through /query and /proxy: %s', async (_, options) => {
      const server = await digestServer(options);
      const resource = await newResource(server, { region });
      for (const path of ['/a?x=1&x=%20', '/b']) {
        const { json } = await query(resource, { method: 'POST', path, body: { type: 'json', value: { a: 1 } } });
        expect([json.status, json.body.target, json.body.method]).toEqual([200, path, 'POST']);
      }
      const answer = await proxy(`${resource}/c/d?y=(1)*`, { method: 'PUT', body: 'body' });
      expect([answer.status, ((await answer.json()) as QueryAnswer['body']).target]).toEqual([200, '/c/d?y=(1)*']);
      expect(statuses(server)).toEqual([401, 200, 200, 200]);
      expect(new Set(server.accepted).size).toBe(options.qop === undefined && 'qop' in options ? 1 : 3);
    });
  });

  it('chooses the strongest algorithm', async () => {
    const server = await digestServer({ algorithms: ['MD5', 'SHA-512-256', 'SHA-256'] });
    const { json } = await query(await newResource(server), { path: '/' });
    expect(json.body.verified).toMatchObject({ algorithm: 'SHA-512-256', nc: '00000001', qop: 'auth' });
  });

  it('proves user names and passwords beyond ASCII', async () => {
    const name = { username: 'J\u00e4s\u00f8n Doe', password: 'p\u00e4ssw\u00f6rd' };
    for (const userhash of [true, false]) {
      const server = await digestServer({ ...name, userhash, algorithms: ['SHA-256'] });
      const resource = await newResource(server, { authentication: { method: 'digest', ...name } });
      expect((await query(resource, { path: '/' })).json.status).toBe(200);
    }
  });

  it('follows nonces that end, and nonces that the server names', async () => {
    const ending = await digestServer({ nonceUses: 2 });
    const resource = await newResource(ending);
    for (let left = 5; left > 0; left -= 1) expect((await query(resource, { path: '/' })).json.status).toBe(200);
    expect(statuses(ending)).toEqual([401, 200, 200, 401, 200, 200, 401, 200]);

    const naming = await digestServer({ nextNonce: true });
    const other = await newResource(naming);
    for (let left = 4; left > 0; left -= 1) {
      const { json } = await query(other, { path: '/' });
      // What the upstream says of the credential is between it and us.
      expect([json.status, JSON.stringify(json.headers)]).toEqual([
        200,
        expect.not.stringMatching(/rspauth|nextnonce/i),
      ]);
    }
    expect(statuses(naming)).toEqual([401, 200, 200, 200, 200]);
  });

  it('asks again after the server has forgotten its nonces', async () => {
    const server = await digestServer();
    const resource = await newResource(server);
    await query(resource, { path: '/' });
    server.forgetNonces();
    expect((await query(resource, { path: '/' })).json.status).toBe(200);
    expect(statuses(server)).toEqual([401, 200, 401, 200]);
  });

  it('counts each nonce once, also for many queries at a time', async () => {
    const server = await digestServer({ oneNonce: true });
    const resource = await newResource(server);
    const run = (count: number) => Promise.all(Array.from({ length: count }, () => query(resource, { path: '/' })));
    const answers = [...(await run(12)), ...(await run(12))];
    expect(answers.map(({ json }) => json.status)).toEqual(Array(24).fill(200));
    expect([server.replays, new Set(server.accepted).size]).toEqual([0, 24]);
    // All of the second dozen went ahead.
    expect(statuses(server).slice(-12)).toEqual(Array(12).fill(200));
  });

  it('says that the credential is wrong, after one answer', async () => {
    const server = await digestServer({ password: 'another' });
    const resource = await newResource(server);
    for (const attempt of [1, 2]) {
      // A POST: a silence on a busy machine would have a GET asked once more.
      const { status, json } = await query(resource, { method: 'POST', path: '/' });
      expect([attempt, status, json.code]).toEqual([attempt, 502, 'credential-rejected']);
      expect(JSON.stringify(json)).not.toContain(user.password);
    }
    expect(statuses(server)).toEqual([401, 401, 401, 401]);
    // One wrong proof a query: accounts are locked after a few of them.
    expect(server.requests.map(({ authorization }) => authorization !== undefined)).toEqual([false, true, false, true]);
    const refused = await proxy(`${resource}/x`);
    expect([refused.status, refused.headers.get('pontage-problem')]).toEqual([502, 'credential-rejected']);
  });

  it('does not go round in circles with a server for which everything is stale', async () => {
    const server = await digestServer({ alwaysStale: true });
    const { json } = await query(await newResource(server), { path: '/' });
    expect(json.status).toBe(401);
    expect(server.requests).toHaveLength(5);
  });

  it.each([
    [{ algorithms: ['SHA-1'] }, ['Digest SHA-1 auth']],
    [{ algorithms: [], otherChallenge: 'Basic realm="x"' }, ['Basic']],
  ])('says what an upstream offers that nobody here knows: %j', async (options, offered) => {
    const server = await digestServer(options);
    const { status, json } = await query(await newResource(server), { path: '/' });
    expect([status, json.code, (json as unknown as { offered: string[] }).offered]).toEqual([
      502,
      'challenge-unsupported',
      offered,
    ]);
    expect(JSON.stringify(server.requests.map(({ headers }) => headers))).not.toMatch(/authorization/i);
  });

  it('answers only where it is asked', async () => {
    const server = await digestServer({ domain: '/private/' });
    const resource = await newResource(server);
    await query(resource, { path: '/private/a' });
    await query(resource, { path: '/open/b' });
    await query(resource, { path: '/private/c' });
    expect(server.requests.map(({ authorization, status }) => [authorization !== undefined, status])).toEqual([
      [false, 401],
      [true, 200],
      [false, 200],
      [true, 200],
    ]);
  });

  it.each([
    [302, 'GET'],
    [303, 'GET'],
    [307, 'POST'],
  ])('signs anew when it is redirected on the same origin: %i', async (status, method) => {
    const server = await digestServer();
    const resource = await newResource(server);
    const body = { type: 'json', value: { a: 1 } };
    const { json } = await query(resource, { method: 'POST', path: `/moved?status=${status}&to=/there%3Fx=1`, body });
    expect([json.status, json.body.method, json.body.target]).toEqual([200, method, '/there?x=1']);
    expect(statuses(server)).toEqual([401, status, 200]);
    expect(server.requests.at(-1)?.body.toString()).toBe(method === 'POST' ? '{"a":1}' : '');
  });

  it('carries nothing to another origin, and brings nothing back from there', async () => {
    const [server, other] = [await digestServer(), await digestServer({ realm: 'theirs' })];
    const resource = await newResource(server);
    const away = `${other.url}/open/x`;
    await query(resource, { path: `/moved?to=${encodeURIComponent(away)}` });
    expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
    // Challenged over there, it does not answer: the 401 is the caller's to see.
    const { json } = await query(resource, { path: `/moved?to=${encodeURIComponent(`${other.url}/x`)}` });
    expect(json.status).toBe(401);
    const detour = `${other.url}/moved?to=${encodeURIComponent(`${server.url}/back`)}`;
    const answer = await query(resource, { path: `/moved?to=${encodeURIComponent(detour)}` });
    expect(answer.json.status).toBe(401);
    expect(JSON.stringify(other.requests.map(({ headers }) => headers))).not.toMatch(/authorization|mufasa/i);
  });

  it('ends a chain of redirects after five', async () => {
    const server = await digestServer();
    const chain = (left: number): string =>
      left === 0 ? '/arrived' : `/moved?to=${encodeURIComponent(chain(left - 1))}`;
    const resource = await newResource(server);
    expect((await query(resource, { path: chain(5) })).json.body.target).toBe('/arrived');
    const { status, json } = await query(resource, { path: chain(6) });
    expect([status, json.code]).toEqual([502, 'too-many-redirects']);
    expect(statuses(server)).toEqual([401, ...Array<number>(5).fill(302), 200, ...Array<number>(6).fill(302)]);
  });

  it('has one time limit for all attempts together', async () => {
    const server = await digestServer({ alwaysStale: true, delayMs: 400 });
    const { status, json } = await query(await newResource(server, { timeoutMs: 1_000 }), { path: '/' });
    expect([status, json.code, server.requests.length]).toEqual([504, 'upstream-timed-out', 3]);
  });

  it('sends a streamed body once more, says that a larger one is gone, and knows the nonce the next time', async () => {
    const server = await digestServer();
    const put = (resource: string, bytes: number) =>
      proxy(`${resource}/big`, { method: 'PUT', body: 'x'.repeat(bytes) });
    expect((await put(await newResource(server), 400_000)).status).toBe(200);
    expect(server.requests.map(({ body }) => body.length)).toEqual([400_000, 400_000]);

    const resource = await newResource(server);
    const first = await put(resource, 3_000_000);
    expect([first.status, first.headers.get('pontage-problem')]).toEqual([409, 'body-not-replayable']);
    expect([(await put(resource, 3_000_000)).status, server.requests.at(-1)?.body.length]).toEqual([200, 3_000_000]);

    const strict = await digestServer({ qop: 'auth-int' });
    const other = await newResource(strict);
    // The whole body is proved here: it is read once before it is sent, however large it is.
    for (const bytes of [400_000, 3_000_000]) {
      const proved = await proxy(`${other}/big`, { method: 'PUT', body: 'x'.repeat(bytes) });
      expect([proved.status, strict.requests.at(-1)?.body.length]).toEqual([200, bytes]);
    }
  });

  it('shows whoever reads the whole bus nothing that the password went into', async () => {
    const { host, username, password } = new URL(pontage.processes().natsUrl);
    const tap = await connect({ servers: host, user: username, pass: decodeURIComponent(password) });
    const seen: string[] = [];
    tap.subscribe('>', {
      callback: (_, message) => void seen.push(`${message.subject} ${Buffer.from(message.data).toString('latin1')}`),
    });
    await tap.flush();
    const server = await digestServer({ nextNonce: true });
    const resource = await newResource(server);
    for (const path of ['/reflect', '/echoed', '/reflect'])
      expect((await query(resource, { path })).json.status).toBe(200);
    await tap.flush();
    await tap.close();
    const responses = server.requests.flatMap(
      ({ authorization }) => /response="([0-9a-f]+)"/.exec(authorization ?? '')?.[1] ?? [],
    );
    expect([responses.length, seen.length > 20]).toEqual([3, true]);
    const secrets = [...responses, user.password, 'r5pauth'];
    expect(seen.filter((text) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
  });

  it('records one event for a query, whatever it took', async () => {
    const server = await digestServer();
    const resource = await newResource(server);
    const { json } = await query(resource, { path: '/recorded' });
    const { executionId } = json as unknown as { executionId: string };
    const events = async () => {
      const { json: list } = await ask<{ data: { executionId: string; outcome: string; data: object }[] }>(
        pontage,
        'GET',
        '/api/v1/audit-events?action=query.ran&limit=50',
      );
      return list.data.filter((event) => event.executionId === executionId);
    };
    let found = await events();
    for (const end = Date.now() + 10_000; found.length === 0 && Date.now() < end; found = await events());
    expect(found).toEqual([expect.objectContaining({ outcome: 'success' })]);
  });
});
