import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testCa } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { recorded } from './src/recorded.js';
import { runQuery, saveResource } from './src/save-resource.js';
import { last, shape, testConnection, tokenOf, type Tested, type TestedRegions } from './src/tested.js';
import { digestUser as user, startTestedUpstreams, type TestedUpstreams } from './src/upstreams/tested-upstreams.js';

let upstreams: TestedUpstreams;
let pontage: Pontage;

beforeAll(async () => {
  upstreams = await startTestedUpstreams();
  pontage = await startPontage({ env: upstreams.env });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstreams?.[Symbol.asyncDispose]();
}, 30_000);

const test = <T = Tested>(id: string, body?: object, more: { token?: string } = {}) =>
  testConnection<T>(pontage, id, body, more);
const tested = async (settings: Record<string, unknown>, body?: object): Promise<Tested> => {
  const { id } = await saveResource(pontage, settings);
  const { status, json } = await test(id, body);
  expect([status, json.code]).toEqual([200, undefined]);
  return json;
};
const before = ['+resolve', '+policy', '+connect'];

describe('the test of a saved resource', () => {
  it('shows every stage of a good connection, over one of its own, and nothing of the answer', async () => {
    const { upstream } = upstreams;
    const authentication = { method: 'bearer', token: upstream.credentials.bearer };
    const { id } = await saveResource(pontage, { baseUrl: `http://api.test:${upstream.port}`, authentication });
    await runQuery(pontage, id, { path: '/auth/bearer' });
    const { made } = upstream.connections;
    const { json } = await test(id, { path: '/auth/bearer' });
    expect(json).toMatchObject({ ok: true, status: 200, region: expect.any(String), workerId: expect.any(String) });
    expect(shape(json)).toEqual([...before, '+authenticate', '+request']);
    expect(Object.keys(json).sort()).toEqual(['notChecked', 'ok', 'region', 'stages', 'status', 'workerId']);
    for (const { ms } of json.stages) expect(ms).toBeGreaterThanOrEqual(0);
    expect(json.notChecked).toEqual(
      expect.arrayContaining([
        'Whether the credential has sufficient rights for other calls.',
        'TLS: the base URL is plain http.',
        'Methods that change something.',
      ]),
    );
    expect(upstream.connections.made).toBe(made + 1);
    expect(upstream.requests.at(-1)).toMatchObject({ method: 'GET', target: '/auth/bearer' });
  });

  it('asks the base URL itself by GET when nothing is said, and proves the connection with a 404', async () => {
    const { upstream } = upstreams;
    const { id } = await saveResource(pontage, { baseUrl: `${upstream.url}/base` });
    const { json } = await ask<Tested>(pontage, 'POST', `/api/v1/resources/${id}/test`);
    expect([json.ok, json.status, last(json)?.detail]).toEqual([true, 404, 'The upstream answered 404.']);
    expect(last(json)?.remedy).toMatch(/Give a path|give one that exists/);
    expect(upstream.requests.at(-1)).toMatchObject({ method: 'GET', target: '/base' });
    expect((await test(id, { method: 'DELETE', path: '/status/204' })).json.notChecked).not.toContain(
      'Methods that change something.',
    );
    expect(upstream.requests.at(-1)?.method).toBe('DELETE');
  });

  it('says at which stage a connection fails, why, and what helps', async () => {
    const { upstream, blunt, closed } = upstreams;
    const unknown = await tested({ baseUrl: 'http://nobody.test' });
    expect([shape(unknown), last(unknown)]).toEqual([
      ['-resolve'],
      expect.objectContaining({
        detail: 'The host name has no address.',
        remedy: expect.stringMatching(/spelling of the host/) as unknown,
      }),
    ]);
    const refused = await tested({ baseUrl: `http://127.0.0.1:${closed}` });
    expect([shape(refused), last(refused)?.detail]).toEqual([
      ['+resolve', '+policy', '-connect'],
      'The connection was refused.',
    ]);
    const plain = await tested({ baseUrl: `https://127.0.0.1:${upstream.port}` });
    expect([shape(plain), last(plain)?.remedy]).toEqual([
      [...before, '-tls'],
      expect.stringMatching(/begins with http\./),
    ]);
    const slow = await tested({ baseUrl: blunt.url, timeoutMs: 700 }, { path: '/slow' });
    expect(shape(slow)).toEqual([...before, '-request']);
    expect(last(slow)).toMatchObject({
      detail: 'The upstream took too long.',
      remedy: expect.stringMatching(/timeoutMs/),
    });
    expect(last(slow)?.ms).toBeGreaterThanOrEqual(500);
  });

  it('verifies certificates as a query does', async () => {
    const { secure, selfSigned } = upstreams;
    const untrusted = await tested({ baseUrl: selfSigned.url });
    expect([shape(untrusted), last(untrusted)?.remedy]).toEqual([
      [...before, '-tls'],
      'Set tls.allowSelfSigned, or pin tls.ca: the certificate itself or the authority that signed it.',
    ]);
    const taken = await tested({ baseUrl: selfSigned.url, tls: { allowSelfSigned: true } }, { path: '/echo' });
    expect([taken.ok, shape(taken)]).toEqual([true, [...before, '+tls', '+request']]);
    expect(taken.notChecked).toContain('Who signed the certificate (tls.allowSelfSigned).');
    const pinned = await tested({ baseUrl: secure.url, tls: { ca: testCa() } }, { path: '/echo' });
    expect([pinned.ok, pinned.status]).toEqual([true, 200]);
  });

  it('says the same of every forbidden place, whatever is there, and goes to none of them', async () => {
    const { forbidden } = upstreams;
    const { open, closed: shut, filtered } = forbidden;
    const places = [open.port, shut, filtered.port].map((port) => `http://127.0.0.1:${port}`);
    const answers = await Promise.all(places.map((baseUrl) => tested({ baseUrl })));
    const told = answers.map(({ stages }) =>
      stages.map(({ name, ok, detail, remedy }) => ({ name, ok, detail, remedy })),
    );
    expect(told[0]?.at(-1)).toMatchObject({
      name: 'policy',
      ok: false,
      detail: 'The egress policy forbids this destination.',
    });
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
    expect(answers.map((each) => last(each)?.ms)).toEqual([0, 0, 0]);
    expect(shape(await tested({ baseUrl: 'http://169.254.169.254' })).at(-1)).toBe('-policy');
    expect(shape(await tested({ baseUrl: 'http://inside.test' }))).toEqual(['+resolve', '-policy']);
    expect(open.connections).toBe(0);
  });

  it('tells a wrong password from a wrong method, and lets a good Digest through', async () => {
    const { upstream, blunt, digest } = upstreams;
    const basic = (password: string) => ({ method: 'basic', username: upstream.credentials.basic.username, password });
    const wrong = await tested({ baseUrl: blunt.url, authentication: basic('wrong') }, { path: '/basic' });
    expect([wrong.ok, wrong.status, shape(wrong)]).toEqual([false, 401, [...before, '-authenticate']]);
    expect(last(wrong)?.remedy).toMatch(/Check the values of the credential \(basic\)/);
    const right = basic(upstream.credentials.basic.password);
    expect((await tested({ baseUrl: upstream.url, authentication: right }, { path: '/auth/basic' })).ok).toBe(true);

    const asking = await tested({ baseUrl: blunt.url, authentication: basic('x') });
    expect(last(asking)).toMatchObject({
      name: 'authenticate',
      detail: 'The upstream answered 401 and asks for Digest.',
      remedy: expect.stringMatching(/asks for Digest.*authenticates by basic/),
    });
    const none = await tested({ baseUrl: upstream.url }, { path: '/auth/basic' });
    expect([shape(none).at(-1), last(none)?.remedy]).toEqual(['-authenticate', expect.stringMatching(/no credential/)]);

    const digestOf = (password: string) => ({
      baseUrl: digest.url,
      authentication: { method: 'digest', ...user, password },
    });
    const good = await tested(digestOf(user.password));
    expect([good.ok, good.status, shape(good)]).toEqual([true, 200, [...before, '+authenticate', '+request']]);
    const bad = await tested(digestOf('wrong'));
    expect([bad.ok, shape(bad)]).toEqual([false, [...before, '-authenticate']]);
    expect(last(bad)?.detail).toMatch(/user name or password/);
  });

  it("takes a sign-in page for a refusal, and AWS's word for a clock that is wrong", async () => {
    const { blunt } = upstreams;
    const authentication = { method: 'bearer', token: 'x' };
    const moved = await tested({ baseUrl: blunt.url, authentication }, { path: '/moved' });
    expect([moved.status, shape(moved).at(-1), last(moved)?.detail]).toEqual([
      302,
      '-authenticate',
      expect.stringMatching(/sign-in/),
    ]);
    const aws = {
      method: 'aws-sigv4',
      region: 'eu-central-1',
      service: 's3',
      accessKeyId: 'AKID',
      secretAccessKey: 'x',
    };
    const skewed = await tested({ baseUrl: blunt.url, authentication: aws }, { path: '/skewed' });
    expect([skewed.status, last(skewed)?.remedy]).toEqual([403, expect.stringMatching(/clock/)]);
  });

  it('acquires a token, and says why when it gets none', async () => {
    const { upstream, blunt, forbidden } = upstreams;
    const oauth = (tokenUrl: string) => ({
      method: 'oauth2',
      grant: 'client_credentials',
      tokenUrl,
      clientId: 'c',
      clientSecret: 'canary-cl1ent',
    });
    const refused = await tested({ baseUrl: upstream.url, authentication: oauth(`${blunt.url}/token`) });
    expect(shape(refused)).toEqual(['-authenticate']);
    expect(last(refused)).toMatchObject({
      detail: 'The token endpoint answered 401 with invalid_client.',
      remedy: expect.stringMatching(/client id and client secret/),
    });
    const { open } = forbidden;
    const inside = await tested({
      baseUrl: upstream.url,
      authentication: oauth(`http://127.0.0.1:${open.port}/token`),
    });
    expect(last(inside)).toMatchObject({
      name: 'authenticate',
      detail: expect.stringMatching(/^While the credential was acquired: The egress policy/),
    });
    expect(open.connections).toBe(0);
  });

  it('keeps to the rules of the resource, and counts against its limits', async () => {
    const { upstream } = upstreams;
    const denied = await tested(
      { baseUrl: upstream.url, policy: { methods: ['GET'], paths: ['/echo'] } },
      { path: '/status/200' },
    );
    expect([shape(denied), last(denied)?.detail]).toEqual([
      ['-policy'],
      expect.stringMatching(/does not allow this path/),
    ]);
    const missing = await tested({ baseUrl: upstream.url, headers: [['X-Key', '{{ config.NOBODY_HAS_IT }}']] });
    expect([shape(missing), last(missing)?.detail]).toEqual([
      ['-policy'],
      expect.stringMatching(/config\.NOBODY_HAS_IT/),
    ]);
    const { id } = await saveResource(pontage, { baseUrl: upstream.url, limits: { perSecond: 0.1 } });
    expect((await test(id)).json.status).toBe(404);
    expect(shape((await test(id)).json)).toEqual(['-policy']);
    expect((await runQuery(pontage, id)).json.code).toBe('rate-limited');
  });

  it('asks from one region, or from all of them side by side', async () => {
    const { upstream, closed } = upstreams;
    const { id } = await saveResource(pontage, { baseUrl: upstream.url, region: 'eu-central-1' });
    const away = await test(id, { region: 'us-west-2', path: '/echo' });
    expect(away.json).toMatchObject({ ok: true, region: 'us-west-2' });
    const all = await test<TestedRegions>(id, { region: 'all', path: '/echo' });
    expect([all.json.ok, all.json.regions.map(({ region, ok, status }) => [region, ok, status])]).toEqual([
      true,
      [
        ['eu-central-1', true, 200],
        ['us-west-2', true, 200],
      ],
    ]);
    expect(new Set(all.json.regions.map(({ workerId }) => workerId)).size).toBe(2);
    const failing = await saveResource(pontage, { baseUrl: `http://127.0.0.1:${closed}` });
    const none = await test<TestedRegions>(failing.id, { region: 'all' });
    expect([none.json.ok, none.json.regions.map(({ ok }) => ok)]).toEqual([false, [false, false]]);
  });

  it.each([
    [{ region: 'mars-1' }, 400, 'unknown-region'],
    [{ environment: 'nowhere' }, 400, 'invalid-request'],
    [{ method: 'FETCH' }, 400, 'invalid-request'],
    [{ colour: 'red' }, 400, 'invalid-request'],
  ])('refuses %j', async (body, status, code) => {
    const { upstream } = upstreams;
    const { id } = await saveResource(pontage, { baseUrl: upstream.url });
    const answer = await test(id, body);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it('is for those who may run queries on the resource', async () => {
    const { upstream } = upstreams;
    const { id } = await saveResource(pontage, { baseUrl: upstream.url });
    expect((await test('nobody-knows-it')).json.code).toBe('not-found');
    const token = await tokenOf(pontage, { scopes: ['resources:read'] });
    expect((await test(id, {}, { token })).json.code).toBe('missing-scope');
    const group = await ask<{ id: number }>(pontage, 'POST', '/api/v1/groups', { name: `g-${randomUUID()}` });
    const grouped = await tokenOf(pontage, { scopes: ['queries:run'], groupIds: [group.json.id] });
    expect((await test(id, {}, { token: grouped })).json.code).toBe('not-found');
    await ask(pontage, 'PUT', `/api/v1/groups/${group.json.id}/resources/${id}`, { access: 'use' });
    expect((await test(id, {}, { token: grouped })).status).toBe(200);
  });

  it('is on record as a test', async () => {
    const { upstream } = upstreams;
    const { id } = await saveResource(pontage, { baseUrl: upstream.url });
    await test(id, { path: '/echo' });
    const [ran] = await recorded(pontage, 'query.ran', (event) => event.resource?.id === id);
    expect(ran).toMatchObject({
      outcome: 'success',
      data: { test: true, method: 'GET', status: 200, end: 'answered' },
    });
  });
});
