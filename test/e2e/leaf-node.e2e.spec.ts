import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, startWorker, type JoinedWorker, type Pontage } from '@pontage/testkit';
import { ask, type List } from './src/ask.js';
import { startHub, type HubAndLeaf } from './src/nats-hub-and-leaf.js';

const region = 'eu-central-1';
let upstream: Upstream;
let bus: HubAndLeaf;
let pontage: Pontage;
let worker: JoinedWorker;

interface Shown {
  readonly id: string;
  readonly workers: readonly { readonly id: string; readonly capacity: number }[];
}

const query = (json: object = { path: '/echo' }) =>
  ask<{ region: string; workerId: string; status: number }>(pontage, 'POST', '/api/v1/resources/far/query', json);
const workersThere = async () =>
  (await ask<List<Shown>>(pontage, 'GET', '/api/v1/regions')).json.data.find(({ id }) => id === region)?.workers ?? [];
async function until<T>(look: () => Promise<T>, isSo: (found: T) => boolean, withinMs = 10_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; ; await sleep(25)) {
    const found = await look();
    if (isSo(found) || Date.now() > deadline) return found;
  }
}

beforeAll(async () => {
  upstream = await startUpstream();
  bus = await startHub(region);
  pontage = await startPontage({
    env: { PONTAGE_DEMO: '0', PONTAGE_REGIONS: 'us-west-2', PONTAGE_NATS_URL: bus.hubUrl, ...bus.passwords },
  });
  await bus.startLeaf();
  worker = await startWorker(pontage, region, {
    PONTAGE_NATS_URL: bus.leafUrl,
    PONTAGE_NATS_PASSWORD: bus.password,
    PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}`,
  });
  const authentication = { method: 'bearer', token: upstream.credentials.bearer };
  const json = { name: 'far', baseUrl: upstream.url, region, regionPolicy: { mode: 'strict' }, authentication };
  expect((await ask(pontage, 'POST', '/api/v1/resources', json)).status).toBe(201);
}, 120_000);
afterAll(async () => {
  await worker?.end('SIGKILL');
  await pontage?.stop();
  await bus?.stop();
  await upstream?.stop();
}, 30_000);

describe('a region whose bus is a leaf node of the hub', () => {
  it('runs queries of the hub, small and streamed, with the permissions of its own user alone', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => query()));
    expect(new Set(answers.map(({ json }) => `${json.status} ${json.region} ${json.workerId}`))).toEqual(
      new Set([`200 ${region} ${worker.id}`]),
    );
    const body = Buffer.alloc(3 * 1024 * 1024, 'leaf');
    const streamed = await pontage.fetch('/proxy/far/echo', { method: 'POST', body });
    const told = (await streamed.json()) as { bodyBytes: number };
    expect([streamed.status, told.bodyBytes]).toEqual([200, body.length]);
    process.stdout.write(
      `leaf node: ${answers.length} queries and ${body.length} streamed bytes through hub and leaf\n`,
    );
  }, 30_000);

  it('hears there of what operators decide', async () => {
    await ask(pontage, 'PATCH', `/api/v1/regions/${region}`, { maxInflight: 3 });
    expect(await until(workersThere, ([first]) => first?.capacity === 3)).toMatchObject([{ capacity: 3 }]);
    await ask(pontage, 'PATCH', `/api/v1/regions/${region}`, { maxInflight: null });
    expect(await until(workersThere, ([first]) => first?.capacity === 256)).toMatchObject([{ capacity: 256 }]);
  }, 30_000);

  it('is unavailable while the leaf is away, and there again when it is back', async () => {
    await bus.stopLeaf();
    const cut = performance.now();
    await until(workersThere, ({ length }) => length === 0);
    const goneMs = Math.round(performance.now() - cut);
    expect((await query({ method: 'POST', path: '/echo' })).json.code).toBe('region-unavailable');
    await bus.startLeaf();
    const back = performance.now();
    await until(workersThere, ({ length }) => length === 1);
    const answer = await query();
    process.stdout.write(
      `leaf node: its worker gone ${goneMs} ms after the leaf, back ${Math.round(performance.now() - back)} ms after it\n`,
    );
    expect(answer.json).toMatchObject({ status: 200, workerId: worker.id });
    expect(goneMs).toBeLessThan(3_000);
  }, 40_000);
});
