import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { figure, type JoinedWorker, type Pontage, startPontage, startWorker } from '@pontage/testkit';
import { ask, type List } from './src/ask.js';

const home = 'us-west-2';
const region = 'eu-central-1';
const addresses = ['127.0.0.2', '127.0.0.3'] as const;
const command = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'bin', 'pontage.mjs');

let upstream: Upstream;
let pontage: Pontage;
const workers: JoinedWorker[] = [];

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly maxInflight: number | null;
  readonly outboundIps: readonly string[];
  readonly latencyMs: number | null;
  readonly workers: readonly {
    readonly id: string;
    readonly draining: boolean;
    readonly capacity: number;
    readonly queued: number;
    readonly p50Ms: number | null;
    readonly failures: number | null;
  }[];
}
interface Answered {
  readonly region: string;
  readonly workerId: string;
}

const save = async (name: string, more: object) =>
  (await ask(pontage, 'POST', '/api/v1/resources', { name, baseUrl: upstream.url, region, ...more })).status;
const query = (name: string, json: object = { path: '/echo' }) =>
  ask<Answered>(pontage, 'POST', `/api/v1/resources/${name}/query`, json);
const change = (json: object, id = region, token?: string) =>
  ask<Shown>(pontage, 'PATCH', `/api/v1/regions/${id}`, json, token === undefined ? {} : { token });
const shown = async (id = region) =>
  (await ask<List<Shown>>(pontage, 'GET', '/api/v1/regions')).json.data.find((each) => each.id === id);
const cli = async (...args: string[]) =>
  (
    await promisify(execFile)(process.execPath, [command, ...args], {
      env: { ...process.env, PONTAGE_URL: pontage.url, PONTAGE_TOKEN: pontage.adminToken },
    })
  ).stdout;

async function until<T>(look: () => Promise<T>, isSo: (found: T) => boolean, withinMs = 5_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, 25))) {
    const found = await look();
    if (isSo(found) || Date.now() > deadline) return found;
  }
}

beforeAll(async () => {
  upstream = await startUpstream();
  pontage = await startPontage({
    env: { PONTAGE_DEMO: '0', PONTAGE_REGIONS: home, PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` },
  });
}, 120_000);
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

describe('a region that was not there when Pontage started', () => {
  it('is unknown until its first worker joins, and a region like every other from then on', async () => {
    expect(await save('early', {})).toBe(400);
    for (const address of addresses) {
      const env = { PONTAGE_EGRESS_BIND: address, PONTAGE_OUTBOUND_IPS: `${address},198.51.100.0/24` };
      workers.push(await startWorker(pontage, region, env));
    }
    expect(await save('pinned', {})).toBe(201);
    expect((await query('pinned')).json).toMatchObject({ status: 200, region });
  }, 60_000);

  it('publishes the addresses that its requests leave from, single ones and networks', async () => {
    const { json } = await ask<List<object>>(pontage, 'GET', '/api/v1/outbound-addresses', undefined, { token: null });
    expect(json.data).toContainEqual({ region, ips: [...addresses], cidrs: ['198.51.100.0/24'] });
    upstream.forget();
    const answers = await Promise.all(Array.from({ length: 40 }, () => query('pinned')));
    const answered = workers.map(({ id }) => answers.filter(({ json: { workerId } }) => workerId === id).length);
    const seen = addresses.map((address) => upstream.requests.filter((each) => each.remoteAddress === address).length);
    expect(new Set(upstream.requests.map(({ remoteAddress }) => remoteAddress))).toEqual(new Set(addresses));
    // On a busy machine a query may have been asked twice.
    answered.forEach((count, index) => expect(seen[index]).toBeGreaterThanOrEqual(Math.max(1, count)));
  });

  it('shows on one screen what each of its workers does', async () => {
    const found = await until(shown, (each) => each?.workers.every(({ p50Ms }) => p50Ms !== null) === true);
    expect(found).toMatchObject({ state: 'open', maxInflight: null, latencyMs: expect.any(Number) });
    expect(found?.workers.map(({ queued, failures }) => [queued, failures])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const table = await cli('regions');
    expect(table).toMatch(/^eu-central-1 +open +0\/512 +0 +\d+ ms/m);
    for (const { id } of workers) expect(table).toContain(id);
    expect(JSON.parse(await cli('--json', 'regions'))).toMatchObject({ data: [{ id: region }, { id: home }] });
  });
});

describe('a pinned query (promise 37)', () => {
  it('leaves from its region and from no other, a thousand times', async () => {
    upstream.forget();
    const answers: Answered[] = [];
    const caller = async (): Promise<void> => {
      while (answers.length < 1_000) answers.push((await query('pinned')).json);
    };
    await Promise.all(Array.from({ length: 8 }, caller));
    const sources = new Set(upstream.requests.map(({ remoteAddress }) => remoteAddress));
    const elsewhere = upstream.requests.filter(
      ({ remoteAddress }) => !addresses.some((each) => each === remoteAddress),
    );
    figure(
      `promise 37: ${answers.length} queries pinned to ${region} with 2 regions up, seen from ${[...sources].sort().join(' and ')}, ${elsewhere.length} from elsewhere`,
    );
    expect(answers.length).toBeGreaterThanOrEqual(1_000);
    expect(new Set(answers.map((each) => each.region))).toEqual(new Set([region]));
    expect([...sources].sort()).toEqual([...addresses]);
  }, 60_000);
});

describe('what operators decide of a region', () => {
  it('is refused to everybody else, with a pointer when it is nothing that can be decided', async () => {
    const made = async (scopes: string[]) =>
      (await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', { name: randomUUID(), scopes })).json.token;
    expect((await change({ state: 'closed' }, region, await made(['admin']))).json.code).toBe('missing-scope');
    expect((await change({ state: 'open' }, region, await made(['regions:write']))).status).toBe(200);
    expect((await change({ state: 'ajar' })).json).toMatchObject({
      code: 'invalid-request',
      errors: [{ pointer: '/state' }],
    });
    expect((await change({ maxInflight: 0 })).json.errors).toMatchObject([{ pointer: '/maxInflight' }]);
    expect((await change({})).json.code).toBe('invalid-request');
    expect((await change({ state: 'open' }, 'mars-1')).json.code).toBe('not-found');
    const nobody = `/api/v1/regions/${region}/workers/${'A'.repeat(22)}/drain`;
    expect((await ask(pontage, 'POST', nobody)).json.code).toBe('not-found');
    expect(await shown()).toMatchObject({ state: 'open', maxInflight: null });
  });

  it('closes it to what is new, lets what is in hand finish, and is on record', async () => {
    const long = query('pinned', { method: 'POST', path: '/slow-head?ms=1500' });
    await upstream.received(({ target }) => target.startsWith('/slow-head'));
    expect((await change({ state: 'closed' })).json).toMatchObject({ id: region, state: 'closed' });
    const refused = await query('pinned');
    expect([refused.status, refused.json.code]).toEqual([503, 'region-unavailable']);
    expect((await long).json).toMatchObject({ status: 200, region });
    expect(JSON.parse(await cli('--json', 'regions', 'open', region))).toMatchObject({ id: region, state: 'open' });
    expect((await query('pinned')).status).toBe(200);
    const look = () => ask<List<object>>(pontage, 'GET', '/api/v1/audit-events?action=region.updated');
    const events = await until(look, ({ json }) => json.data.length >= 3);
    expect(events.json.data).toContainEqual(
      expect.objectContaining({
        outcome: 'success',
        data: { region },
        changes: [{ pointer: '/state', from: 'open', to: 'closed' }],
      }),
    );
  });

  it('caps it by its workers’ shares, and drains one of them, from the command line too', async () => {
    await cli('regions', 'cap', region, '5');
    const capacities = async () => (await shown())?.workers.map(({ capacity }) => capacity).sort();
    expect(await until(capacities, (each) => String(each) === '2,3')).toEqual([2, 3]);
    await cli('regions', 'cap', region, 'none');
    const [first] = workers;
    const answer = JSON.parse(await cli('--json', 'regions', 'drain', region, '--worker', first?.id ?? '')) as Shown;
    expect(answer.workers.find(({ id }) => id === first?.id)?.draining).toBe(true);
    const answers = await Promise.all(Array.from({ length: 20 }, () => query('pinned')));
    expect(answers.filter(({ json }) => json.workerId === first?.id)).toEqual([]);
    await expect(cli('regions', 'cap', region, 'many')).rejects.toMatchObject({ code: 2 });
  }, 30_000);
});

describe('a resource that may fall back on another region', () => {
  it('names regions that there are, none twice, and falls back only when it says so', async () => {
    const refusal = async (regionPolicy: object) =>
      (await ask(pontage, 'POST', '/api/v1/resources', { name: 'x', baseUrl: upstream.url, region, regionPolicy }))
        .json;
    expect(await refusal({ mode: 'prefer', fallback: ['mars-1'] })).toMatchObject({
      code: 'unknown-region',
      errors: [{ pointer: '/regionPolicy/fallback/0' }],
    });
    for (const [policy, pointer] of [
      [{ mode: 'strict', fallback: [home] }, '/regionPolicy/fallback'],
      [{ mode: 'prefer', fallback: [] }, '/regionPolicy/fallback'],
      [{ mode: 'prefer' }, '/regionPolicy/fallback'],
      [{ mode: 'prefer', fallback: [home, home] }, '/regionPolicy/fallback'],
      [{ mode: 'prefer', fallback: [region] }, '/regionPolicy/fallback/0'],
      [{ mode: 'somewhere' }, '/regionPolicy/mode'],
    ] as const)
      expect(await refusal(policy)).toMatchObject({ code: 'invalid-request', errors: [{ pointer }] });
  });

  it('leaves from there while its own takes nothing, and says so, in the answer and on record', async () => {
    expect(await save('movable', { regionPolicy: { mode: 'prefer', fallback: [home] } })).toBe(201);
    expect((await query('movable')).json.region).toBe(region);
    await change({ state: 'closed' });
    const moved = await query('movable');
    expect(moved.json).toMatchObject({ status: 200, region: home });
    const look = () => ask<List<object>>(pontage, 'GET', '/api/v1/audit-events?action=query.ran&limit=5');
    const isThere = ({ json }: { json: List<object> }) => JSON.stringify(json.data).includes(moved.json.workerId);
    const { json } = await until(look, isThere);
    expect(json.data).toContainEqual(expect.objectContaining({ region: home, workerId: moved.json.workerId }));
    expect((await query('pinned')).json.code).toBe('region-unavailable');
    await change({ state: 'open' });
    expect((await query('movable')).json.region).toBe(region);
  });

  it('does not take secrets to another region that were not given for it', async () => {
    const authentication = { method: 'bearer', token: 't0ken' };
    expect(await save('secretive', { authentication })).toBe(201);
    const patch = (json: object) => ask(pontage, 'PATCH', '/api/v1/resources/secretive', json);
    const regionPolicy = { mode: 'prefer', fallback: [home] };
    expect((await patch({ regionPolicy })).json.code).toBe('secret-required');
    expect((await patch({ regionPolicy, authentication })).status).toBe(200);
    expect((await patch({ regionPolicy: { mode: 'strict' } })).json).toMatchObject({
      regionPolicy: { mode: 'strict', fallback: [], sealed: true },
    });
  });
});

describe('requests and answers of a resource whose residency is strict', () => {
  it('are readable by nobody on the bus, who reads those of others', async () => {
    const token = `canary-${randomUUID()}`;
    const authentication = { method: 'bearer', token };
    expect(await save('resident', { regionPolicy: { mode: 'strict' }, authentication })).toBe(201);
    expect(await save('usual', { authentication })).toBe(201);
    const { host, username, password } = new URL(pontage.processes().natsUrl);
    const tap = await connect({ servers: host, user: username, pass: decodeURIComponent(password) });
    const seen: { subject: string; text: string }[] = [];
    tap.subscribe('>', {
      callback: (_, { subject, data }) => void seen.push({ subject, text: Buffer.from(data).toString('latin1') }),
    });
    await tap.flush();
    const run = async (name: string) => {
      const [asked, answered, sent] = [`asked-${randomUUID()}`, `answered-${randomUUID()}`, `sent-${randomUUID()}`];
      const headers = [['X-Asked', asked]];
      const { json } = await query(name, {
        path: `/reflect?text=${answered.slice(0, 9)}${answered.slice(9)}`,
        headers,
      });
      expect(json).toMatchObject({ status: 200, region });
      const body = Buffer.from(sent.repeat(1024 * 16));
      const { status } = await pontage.fetch(`/proxy/${name}/upload`, { method: 'POST', body });
      expect(status).toBe(200);
      await tap.flush();
      const subjectsWith = (text: string) => [
        ...new Set(
          seen
            .filter((each) => each.text.includes(text))
            .map(({ subject }) => subject.split('.').slice(0, 3).join('.')),
        ),
      ];
      return { asked: subjectsWith(asked), sent: subjectsWith(sent), said: subjectsWith(`You said: ${answered}`) };
    };
    const resident = await run('resident');
    const usual = await run('usual');
    const timed = async (name: string) => {
      const begun = performance.now();
      for (let count = 0; count < 100; count += 1) await query(name);
      return ((performance.now() - begun) / 100).toFixed(2);
    };
    await tap.close();
    const [sealedMs, plainMs] = [await timed('resident'), await timed('usual')];
    figure(
      `residency: ${seen.length} messages read; of a strict resource the request on ${resident.asked.length} subjects, its large body on ${resident.sent.length}, the answer on ${resident.said.length} (of a usual one on ${usual.asked.length}, ${usual.sent.length} and ${usual.said.length}); ${sealedMs} ms a query sealed, ${plainMs} ms not`,
    );
    expect(resident).toEqual({ asked: [], sent: [], said: [] });
    expect(usual).toMatchObject({ asked: [], sent: [expect.any(String)], said: [expect.any(String)] });
    expect(seen.filter(({ text }) => text.includes(token))).toEqual([]);
  }, 30_000);
});

describe('a region without workers', () => {
  it('is told at once, and no other region takes its place', async () => {
    upstream.forget();
    await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
    const answers = [];
    for (let count = 0; count < 20; count += 1) answers.push(await query('pinned', { method: 'POST', path: '/echo' }));
    const codes = new Set(answers.map(({ json }) => json.code));
    figure(
      `promise 37: ${answers.length} queries with no worker in ${region}: ${[...codes].join(', ')}; ${upstream.requests.length} seen by the upstream`,
    );
    expect(codes).toEqual(new Set(['region-unavailable']));
    expect(upstream.requests).toEqual([]);
    expect(await until(shown, (each) => each?.workers.length === 0)).toMatchObject({ state: 'open', outboundIps: [] });
    expect((await query('movable')).json.region).toBe(home);
  });
});
