import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headerOf, startUpstream, type ReceivedRequest, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { runQuery } from './src/save-resource.js';

let upstream: Upstream;
let pontage: Pontage;
let app: string;
const canary = `canary-${randomUUID()}`;

beforeAll(async () => {
  upstream = await startUpstream();
  pontage = await startPontage({
    env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port},localhost:${upstream.port}` },
  });
  app = (await ask<{ uuid: string }>(pontage, 'POST', '/api/v1/apps', { name: 'settings' })).json.uuid;
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

type Settings = Record<string, unknown>;
interface Saved {
  readonly id: string;
  readonly version: number;
  readonly headers: readonly (readonly [string, unknown])[];
  readonly [name: string]: unknown;
}

const save = async (settings: Settings): Promise<Saved> => {
  const name = `r-${randomUUID().slice(0, 8)}`;
  const answer = await ask<Saved>(pontage, 'POST', '/api/v1/resources', { name, baseUrl: upstream.url, ...settings });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.json));
  return answer.json;
};

/** A call in one of the three ways; what the upstream received of it. */
interface Asking {
  readonly method?: string;
  readonly path?: string;
  readonly cookie?: string;
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
}
const ways = ['query', 'saved query', 'proxy'] as const;
type Way = (typeof ways)[number];

async function send(way: Way, id: string, asking: Asking): Promise<Response> {
  const { method = 'GET', path = '/echo', cookie, json, headers = {} } = asking;
  const own = { ...headers, ...(cookie === undefined ? {} : { cookie }) };
  if (way === 'proxy')
    return pontage.fetch(`/proxy/${id}${path}`, { method, headers: own, ...(json === undefined ? {} : { json }) });
  const request = { method, path, ...(json === undefined ? {} : { body: { type: 'json', value: json } }) };
  if (way === 'query')
    return pontage.fetch(`/api/v1/resources/${id}/query`, { method: 'POST', headers: own, json: request });
  const saved = `/api/v1/apps/${app}/queries/q`;
  const put = await ask(pontage, 'PUT', saved, { resource: id, request });
  if (put.status > 299) throw new Error(JSON.stringify(put.json));
  return pontage.fetch(`${saved}/run`, { method: 'POST', headers: own, json: {} });
}

async function received(way: Way, id: string, asking: Asking = {}): Promise<ReceivedRequest> {
  upstream.forget();
  const answer = await send(way, id, asking);
  if (answer.status > 299) throw new Error(`${way}: ${answer.status} ${await answer.text()}`);
  const [request] = upstream.requests;
  if (request === undefined) throw new Error('nothing was received');
  return request;
}

const namesOf = (request: ReceivedRequest): string[] => request.headers.map(([name]) => name.toLowerCase());

describe.each(ways)('by %s', (way) => {
  it('everything that a resource sends with all requests reaches the upstream, in order and with duplicates', async () => {
    const { id } = await save({
      baseUrl: `${upstream.url}/echo?fixed=1&fixed=2`,
      urlParams: [
        ['tag', 'b'],
        ['tag', 'a c'],
      ],
      headers: [
        ['X-Tag', '2'],
        ['X-Tag', '1'],
      ],
      body: [
        ['source', 'pontage'],
        ['mine', 'no'],
      ],
      cookies: [['locale', 'de']],
    });
    const request = await received(way, id, { method: 'POST', path: '/x', json: { mine: 'yes', n: 1 } });
    expect(request.target).toBe('/echo/x?fixed=1&fixed=2&tag=b&tag=a%20c');
    expect(request.headers.filter(([name]) => name === 'X-Tag').map(([, value]) => value)).toEqual(['2', '1']);
    expect(JSON.parse(request.body.toString())).toEqual({ source: 'pontage', mine: 'yes', n: 1 });
    expect(headerOf(request, 'cookie')).toBe('locale=de');
    const read = await received(way, id, { path: '/x' });
    expect(read.bodyBytes).toBe(0);
    expect(namesOf(read)).not.toContain('content-type');
  });

  it('cookies go on only as far as the resource says, in one line, and ours never', async () => {
    const cookie = `a=1; __Host-pontage-${app}=s3ssion; b=2; csrftoken=t0ken; pontage-x=y; locale=fr`;
    const none = await save({});
    expect(namesOf(await received(way, none.id, { cookie }))).not.toContain('cookie');
    const some = await save({ cookiesToForward: ['csrftoken', 'absent', 'locale'], cookies: [['locale', 'de']] });
    expect(headerOf(await received(way, some.id, { cookie }), 'cookie')).toBe('locale=de; csrftoken=t0ken');
    const all = await save({ forwardAllCookies: true, headers: [['Cookie', 'a=fixed']] });
    expect(headerOf(await received(way, all.id, { cookie }), 'cookie')).toBe(
      'a=fixed; b=2; csrftoken=t0ken; locale=fr',
    );
    expect(namesOf(await received(way, all.id, { cookie })).filter((name) => name === 'cookie')).toHaveLength(1);
  });

  it('COOKIE_<name> in a header becomes the cookie, and a header without its cookie is left out', async () => {
    const { id } = await save({
      cookiesToForward: ['csrftoken'],
      headers: [
        ['X-Csrf', 'COOKIE_csrftoken'],
        ['X-Other', 'v=COOKIE_csrftoken'],
      ],
    });
    const request = await received(way, id, { cookie: 'csrftoken=t0ken; other=1' });
    expect([headerOf(request, 'x-csrf'), headerOf(request, 'x-other')]).toEqual(['t0ken', 'v=t0ken']);
    expect(headerOf(request, 'cookie')).toBe('csrftoken=t0ken');
    expect(namesOf(await received(way, id)).filter((name) => name.startsWith('x-'))).toEqual([]);
  });

  it('default headers are ours unless they are excluded', async () => {
    const ours = await received(way, (await save({})).id, { headers: { 'user-agent': 'product/1' } });
    const agent = headerOf(ours, 'user-agent');
    expect(agent).toMatch(way === 'proxy' ? /^product\/1$/ : /^Pontage\/\d+\.\d+\.\d+$/);
    const { id } = await save({ excludeDefaultHeaders: true });
    const bare = await received(way, id, { headers: { 'user-agent': '' } });
    const added = namesOf(bare).filter((name) => ['user-agent', 'accept', 'accept-encoding'].includes(name));
    if (way !== 'proxy') expect(added).toEqual([]);
    else expect(headerOf(bare, 'user-agent') ?? '').toBe('');
  });

  it('sanitised headers say something and have no white space around it', async () => {
    const headers = [
      ['X-Empty', '{{ config.EMPTY }}'],
      ['X-Space', '  a b\t'],
    ];
    await ask(pontage, 'PUT', '/api/v1/config/EMPTY', { environment: 'production', value: '' });
    const clean = await received(way, (await save({ headers })).id);
    expect([headerOf(clean, 'x-empty'), headerOf(clean, 'x-space')]).toEqual([undefined, 'a b']);
    const raw = await received(way, (await save({ headers, sanitizeHeaders: false })).id);
    expect(headerOf(raw, 'x-empty')).toBe('');
  });

  it('sealed values are sent and shown to nobody', async () => {
    const { id, ...shown } = await save({
      headers: [
        ['X-Key', { secret: `${canary}-h` }],
        ['Authorization', `Token ${canary}-a`],
      ],
      urlParams: [['key', { secret: `${canary}-u` }]],
      body: [['key', { secret: `${canary}-b` }]],
      cookies: [['sid', { secret: `${canary}-c` }]],
    });
    expect(shown.headers).toEqual([
      ['X-Key', { set: true, fingerprint: expect.any(String) }],
      ['Authorization', { set: true, fingerprint: expect.any(String) }],
    ]);
    expect(JSON.stringify(shown)).not.toContain(canary);
    const request = await received(way, id, { method: 'POST', json: {} });
    expect(headerOf(request, 'x-key')).toBe(`${canary}-h`);
    expect(headerOf(request, 'authorization')).toBe(`Token ${canary}-a`);
    expect(headerOf(request, 'cookie')).toBe(`sid=${canary}-c`);
    expect(request.target).toBe(`/echo?key=${canary}-u`);
    expect(JSON.parse(request.body.toString())).toEqual({ key: `${canary}-b` });
  });
});

describe('limits and policy', () => {
  it('a response is cut at the resource’s own limit, a request at its time', async () => {
    const { id } = await save({ limits: { responseBytes: 1000 }, timeoutMs: 300 });
    expect((await runQuery(pontage, id, { path: '/download?bytes=1000' })).json.status).toBe(200);
    expect((await runQuery(pontage, id, { path: '/download?bytes=1001' })).json.code).toBe('response-too-large');
    const proxied = await pontage.fetch(`/proxy/${id}/download?bytes=1001`);
    expect(proxied.headers.get('pontage-problem')).toBe('response-too-large');
    expect((await runQuery(pontage, id, { path: '/slow-head?ms=3000' })).json.code).toBe('upstream-timed-out');
  });

  it('no more queries are in hand at once than the resource takes, and none is counted that has ended', async () => {
    const { id } = await save({ limits: { concurrency: 3 } });
    upstream.forget();
    const slow = Array.from({ length: 3 }, () => runQuery(pontage, id, { path: '/slow-head?ms=700' }));
    await upstream.received(() => upstream.requests.length === 3);
    const answer = await pontage.fetch(`/proxy/${id}/echo`);
    expect([answer.status, answer.headers.get('pontage-problem'), answer.headers.get('retry-after')]).toEqual([
      429,
      'rate-limited',
      '1',
    ]);
    expect((await Promise.all(slow)).map(({ json }) => json.status)).toEqual([200, 200, 200]);
    for (let count = 0; count < 20; count += 1)
      expect((await runQuery(pontage, id, { path: '/echo' })).json.status).toBe(200);
    expect(upstream.requests).toHaveLength(23);
  });

  it('no more queries begin in a second than the resource takes', async () => {
    const { id } = await save({ limits: { perSecond: 5 } });
    upstream.forget();
    const all = await Promise.all(Array.from({ length: 20 }, () => runQuery(pontage, id, { path: '/echo' })));
    const begun = all.filter(({ json }) => json.status === 200).length;
    expect(begun).toBeGreaterThanOrEqual(5);
    expect(upstream.requests).toHaveLength(begun);
    expect(all.filter(({ json }) => json.code === 'rate-limited')).toHaveLength(20 - begun);
    expect(begun).toBeLessThan(20);
  });

  it.each(ways)('by %s nothing is sent that the policy does not allow, and the attempt is on record', async (way) => {
    const policy = { methods: ['GET', 'POST'], paths: ['/echo/orders/*', '/redirect', '/health'] };
    const { id } = await save({ policy });
    expect((await received(way, id, { path: '/echo/orders/1?x=/admin' })).target).toBe('/echo/orders/1?x=/admin');
    const refused: [Asking, string][] = [
      [{ method: 'DELETE', path: '/echo/orders/1' }, '/method'],
      [{ path: '/echo' }, '/path'],
      [{ path: '/echo/orders/1/2' }, '/path'],
      [{ path: '/echo/orders/1%2f2' }, '/path'],
      [{ path: '/echo/orders/1;a=b' }, '/path'],
      [{ path: '/echo/orders//1' }, '/path'],
      [{ path: '/echo/orders/%252e%252e' }, '/path'],
      [{ path: '/echo/ORDERS/1' }, '/path'],
    ];
    upstream.forget();
    for (const [asking, pointer] of refused) {
      const answer = await send(way, id, asking);
      const problem = (await answer.json()) as { code: string; errors: { pointer: string }[] };
      expect([answer.status, problem.code]).toEqual([403, 'forbidden']);
      expect(problem.errors[0]?.pointer).toBe(pointer);
    }
    expect(upstream.requests).toHaveLength(0);
    const redirected = await send(way, id, { path: '/redirect?to=/echo' });
    expect(way === 'proxy' ? redirected.status : ((await redirected.json()) as { status: number }).status).toBe(302);
    expect(upstream.requests).toHaveLength(1);
    type Events = { data: { data: Record<string, unknown> }[] };
    let reasons: unknown;
    for (const until = Date.now() + 10_000; reasons === undefined && Date.now() < until;) {
      const { json } = await ask<Events>(pontage, 'GET', '/api/v1/audit-events?action=query.denied&limit=200');
      reasons = json.data.find(({ data }) => data.problem === 'forbidden')?.data.reasons;
    }
    expect(reasons).toEqual([
      expect.objectContaining({ pointer: expect.stringMatching(/^\/(?:path|method)$/) as unknown }),
    ]);
  });
});
