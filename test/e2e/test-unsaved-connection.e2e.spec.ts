import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { counted, dump } from './src/database.js';
import { recorded } from './src/recorded.js';
import { last, shape, testUnsaved, tokenOf, type Tested, type TestedRegions } from './src/tested.js';
import { digestUser as user, startTestedUpstreams, type TestedUpstreams } from './src/upstreams/tested-upstreams.js';

let upstreams: TestedUpstreams;
let pontage: Pontage;
/** What the broker keeps before. */
let baseline: number[];

beforeAll(async () => {
  upstreams = await startTestedUpstreams();
  pontage = await startPontage({ env: upstreams.env });
  baseline = await keptByBroker();
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstreams?.[Symbol.asyncDispose]();
}, 30_000);

const test = <T = Tested>(resource: object, more: object = {}, as: { token?: string } = {}) =>
  testUnsaved<T>(pontage, resource, more, as);
const keptByBroker = () => counted(pontage, 'auth_broker', ['draft', 'credential', 'issued_grant']);
/** The spellings that somebody would look for. */
const spellings = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('base64').replaceAll('=', ''),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
];

describe('the test of a resource that is not saved', () => {
  it('uses its secrets, keeps nothing of it, and shows them nowhere, though the upstream repeats them', async () => {
    const { blunt } = upstreams;
    const canaries = ['pass', 'header', 'param'].map((name) => `canary-${name}-${randomUUID()}`);
    const [password, header, param] = canaries;
    const { host, username, password: busPassword } = new URL(pontage.processes().natsUrl);
    const tap = await connect({ servers: host, user: username, pass: decodeURIComponent(busPassword) });
    const wire: string[] = [];
    tap.subscribe('>', {
      callback: (_, message) => void wire.push(`${message.subject} ${Buffer.from(message.data).toString('latin1')}`),
    });
    await tap.flush();
    const versions = await counted(pontage, 'resource_registry', ['resource', 'resource_version']);
    const { status, json } = await test(
      {
        baseUrl: blunt.url,
        headers: [['X-Sealed', { secret: header }]],
        urlParams: [['p', { secret: param }]],
        authentication: { method: 'basic', username: 'u', password },
      },
      { path: '/moved' },
    );
    expect([status, json.ok, json.status, shape(json).at(-1)]).toEqual([200, false, 302, '-authenticate']);
    const sent = blunt.heard.at(-1) ?? '';
    expect(sent).toContain(header);
    expect(sent).toContain(param);
    expect(sent).toContain(Buffer.from(`u:${password}`).toString('base64'));

    expect(await keptByBroker()).toEqual(baseline);
    expect(await counted(pontage, 'resource_registry', ['resource', 'resource_version'])).toEqual(versions);
    const events = await recorded(
      pontage,
      'query.ran',
      ({ data }) => (data as { unsaved?: string }).unsaved === 'unsaved',
    );
    expect(events[0]).toMatchObject({ resource: null, data: { test: true, status: 302 } });
    await tap.flush();
    await tap.close();
    const told = [JSON.stringify([json, events]), ...wire, await dump(pontage, 'auth_broker')];
    const secrets = [...canaries, `u:${password}`].flatMap(spellings);
    expect(wire.length).toBeGreaterThan(10);
    expect(told.filter((text) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
  });
  it('acquires a token of its own, for as long as it takes', async () => {
    const { upstream, blunt } = upstreams;
    const authentication = {
      method: 'oauth2',
      grant: 'client_credentials',
      tokenUrl: `${blunt.url}/token`,
      clientId: 'c',
      clientSecret: 'canary-uns4ved',
    };
    const { json } = await test({ baseUrl: upstream.url, authentication });
    expect(last(json)).toMatchObject({
      name: 'authenticate',
      detail: 'The token endpoint answered 401 with invalid_client.',
    });
    const [failed] = await recorded(pontage, 'grant.failed', ({ data }) => (data as { test?: true }).test === true);
    expect(failed).toMatchObject({ outcome: 'failure', data: { method: 'oauth2', problem: 'credential-rejected' } });
    expect(JSON.stringify([json, failed])).not.toContain('canary');
    expect(await keptByBroker()).toEqual(baseline);
  });

  it('puts its drafts away also when its caller has gone', async () => {
    const { blunt } = upstreams;
    const asked = blunt.heard.length;
    const caller = new AbortController();
    const gone = pontage.fetch('/api/v1/resources/test', {
      method: 'POST',
      signal: caller.signal,
      json: {
        resource: { name: 'slow', baseUrl: blunt.url, authentication: { method: 'bearer', token: 't' } },
        path: '/slow',
      },
    });
    await until(() => blunt.heard.length > asked);
    expect(await keptByBroker()).not.toEqual(baseline);
    caller.abort();
    await expect(gone).rejects.toThrow();
    await until(async () => JSON.stringify(await keptByBroker()) === JSON.stringify(baseline));
  });

  it('works from all regions, with the same drafts', async () => {
    const { digest } = upstreams;
    const authentication = { method: 'digest', ...user };
    const { json } = await test<TestedRegions>({ baseUrl: digest.url, authentication }, { region: 'all' });
    expect([json.ok, json.regions.length]).toEqual([true, 2]);
  });

  it('is of the environment that is asked for: its destination, its secrets, and none of the others', async () => {
    const { digest, blunt } = upstreams;
    const canary = `canary-${randomUUID()}`;
    const asked = blunt.heard.length;
    const resource = {
      baseUrl: blunt.url,
      headers: [['X-Everywhere', { secret: canary }]],
      authentication: { method: 'bearer', token: canary },
      environments: {
        staging: { baseUrl: digest.url, headers: [], authentication: { method: 'digest', ...user } },
      },
    };
    const staging = await test(resource, { environment: 'staging' });
    expect([staging.json.ok, blunt.heard.length]).toEqual([true, asked]);
    await test(resource, { path: '/moved' });
    expect(blunt.heard.slice(asked).join('\n')).toContain(canary);
    expect(await keptByBroker()).toEqual(baseline);
  });

  it.each<[string, object, object, string]>([
    [
      'a kept secret of an environment',
      {
        baseUrl: 'http://x.test',
        environments: { staging: { authentication: { method: 'bearer', token: { set: true, fingerprint: 'f' } } } },
      },
      {},
      '/resource/environments/staging/authentication/token',
    ],
    [
      'an environment that there is not',
      { baseUrl: 'http://x.test', environments: { moon: {} } },
      {},
      '/resource/environments/moon',
    ],
    [
      'a bad method in an environment',
      { baseUrl: 'http://x.test', environments: { staging: { authentication: { method: 'magic' } } } },
      {},
      '/resource/environments/staging/authentication/method',
    ],
    ['a URL that is none', { baseUrl: 'ftp://x' }, {}, '/resource/baseUrl'],
    ['an unknown field', { baseUrl: 'http://x.test', colour: 'red' }, {}, '/resource/colour'],
    [
      'a bad certificate',
      { baseUrl: 'http://x.test', tls: { ca: '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----' } },
      {},
      '/resource/tls/ca',
    ],
    [
      'an unknown method',
      { baseUrl: 'http://x.test', authentication: { method: 'magic' } },
      {},
      '/resource/authentication/method',
    ],
    [
      'a missing secret',
      { baseUrl: 'http://x.test', authentication: { method: 'bearer' } },
      {},
      '/resource/authentication/token',
    ],
    ['a bad template', { baseUrl: 'http://x.test', headers: [['X', '{{ 1 + 1 }}']] }, {}, '/resource/headers/0/1'],
    [
      'a bad sealed template',
      { baseUrl: 'http://x.test', headers: [['X', { secret: '{{ 1 + 1 }}' }]] },
      {},
      '/resource/headers/0/1',
    ],
    ['text that cannot be kept', { baseUrl: 'http://x.test', description: '\u0000' }, {}, '/resource/description'],
    ['an unknown environment', { baseUrl: 'http://x.test' }, { environment: 'nowhere' }, '/environment'],
    [
      'a kept secret',
      { baseUrl: 'http://x.test', authentication: { method: 'bearer', token: { set: true, fingerprint: 'f' } } },
      {},
      '/resource/authentication/token',
    ],
    [
      'a kept value',
      { baseUrl: 'http://x.test', headers: [['X', { set: true, fingerprint: 'f' }]] },
      {},
      '/resource/headers/0/1',
    ],
  ])('refuses %s as a save would, below /resource, and keeps nothing', async (_, resource, more, pointer) => {
    const { status, json } = await test(resource, more);
    expect([status, json.code, json.errors.map((each) => each.pointer)]).toEqual([400, expect.any(String), [pointer]]);
    expect(await keptByBroker()).toEqual(baseline);
  });

  it('refuses an unknown region, in the resource and for the test', async () => {
    const { upstream } = upstreams;
    expect((await test({ baseUrl: upstream.url, region: 'mars-1' })).json.code).toBe('unknown-region');
    expect((await test({ baseUrl: upstream.url }, { region: 'mars-1' })).json.code).toBe('unknown-region');
  });

  it('is for those who may add resources', async () => {
    const { upstream } = upstreams;
    const runner = await tokenOf(pontage, { scopes: ['queries:run'] });
    expect((await test({ baseUrl: upstream.url }, {}, { token: runner })).json.code).toBe('missing-scope');
    const group = await ask<{ id: number }>(pontage, 'POST', '/api/v1/groups', { name: `g-${randomUUID()}` });
    const grouped = await tokenOf(pontage, { scopes: ['resources:write'], groupIds: [group.json.id] });
    expect((await test({ baseUrl: upstream.url }, {}, { token: grouped })).json.code).toBe('forbidden');
    const [denied] = await recorded(pontage, 'request.denied', ({ data }) =>
      JSON.stringify(data).includes('forbidden'),
    );
    expect(denied).toMatchObject({ outcome: 'denied' });
    const writer = await tokenOf(pontage, { scopes: ['resources:write'] });
    expect((await test({ baseUrl: upstream.url }, {}, { token: writer })).json.status).toBe(404);
  });
});

/** Waits until it is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 5_000; !(await isSo());) {
    if (performance.now() > deadline) throw new Error('it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
