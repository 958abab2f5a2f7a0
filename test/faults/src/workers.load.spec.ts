import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { figure, type JoinedWorker, type Pontage, startPontage, startWorker } from '@pontage/testkit';
import { countBy, failedOf, runQuery, SteadyLoad, type Ran } from './steady-load.js';

const region = 'eu-central-1';
const other = 'us-west-2';
let upstream: Upstream;
let pontage: Pontage;
const joined: JoinedWorker[] = [];

interface ShownRegion {
  readonly id: string;
  readonly state: string;
  readonly maxInflight: number | null;
  readonly workers: readonly {
    readonly id: string;
    readonly draining: boolean;
    readonly capacity: number;
    readonly inflight: number;
  }[];
}

beforeAll(async () => {
  upstream = await startUpstream();
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` } });
  const regionPolicy = { mode: 'prefer', fallback: [other] };
  for (const resource of [{ name: 'pinned' }, { name: 'movable', regionPolicy }, { name: 'hasty', timeoutMs: 5_000 }]) {
    const json = { timeoutMs: 20_000, ...resource, baseUrl: upstream.url, region };
    const answer = await pontage.fetch('/api/v1/resources', { method: 'POST', json });
    expect([answer.status, await answer.text()]).toEqual([201, expect.any(String)]);
  }
}, 120_000);
afterEach(async () => {
  await Promise.all(joined.splice(0).map((worker) => worker.end('SIGKILL')));
});
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

async function join(): Promise<JoinedWorker> {
  const worker = await startWorker(pontage, region);
  joined.push(worker);
  return worker;
}

async function shown(id = region): Promise<ShownRegion> {
  const { data } = (await (await pontage.fetch('/api/v1/regions')).json()) as { data: ShownRegion[] };
  const found = data.find((each) => each.id === id);
  if (found === undefined) throw new Error(`${id} is not listed`);
  return found;
}

const isListed = async (id: string): Promise<boolean> => (await shown()).workers.some((worker) => worker.id === id);

/** How long a worker stays in the list from now on. */
async function goneAfterMs(id: string): Promise<number> {
  const begun = performance.now();
  while (await isListed(id)) {
    if (performance.now() - begun > 10_000) throw new Error(`${id} stays in the list`);
    await sleep(20);
  }
  return Math.round(performance.now() - begun);
}

async function change(json: { state?: string; maxInflight?: number | null }): Promise<void> {
  const answer = await pontage.fetch(`/api/v1/regions/${region}`, { method: 'PATCH', json });
  expect([answer.status, await answer.json()]).toMatchObject([200, json]);
}

const load = (perSecond = 40) =>
  new SteadyLoad(pontage, [{ resource: 'pinned' }, { resource: 'pinned', method: 'GET' }], perSecond);
const codesOf = (ran: readonly Ran[]) => JSON.stringify(countBy(ran, ({ code }) => code));

describe('workers under steady load', () => {
  it('share it with one that joins, at once', async () => {
    const running = load();
    await sleep(500);
    const worker = await join();
    const at = performance.now();
    await sleep(2_500);
    const ran = await running.end();
    const after = ran.filter(({ begunAt }) => begunAt > at);
    const taken = after.filter(({ workerId }) => workerId === worker.id);
    const firstMs = Math.round(Math.min(...taken.map(({ endedAt }) => endedAt)) - at);
    figure(
      `worker added: ${ran.length} queries, ${failedOf(ran).length} failed; of ${after.length} after it the new one took ${taken.length}, the first within ${firstMs} ms`,
    );
    expect(failedOf(ran)).toEqual([]);
    expect(taken.length).toBeGreaterThan(after.length / 5);
  }, 40_000);

  it('finish what they have when one is told to end, and none of it fails', async () => {
    const worker = await join();
    const running = load();
    const long = Array.from({ length: 6 }, () => runQuery(pontage, 'pinned', 'POST', '/slow-head?ms=3000'));
    await sleep(1_000);
    const begun = performance.now();
    const ended = worker.end('SIGTERM');
    // Whatever else happens, it is said before it ends.
    while (!(await shown()).workers.some(({ id, draining }) => id === worker.id && draining)) await sleep(20);
    const drainingMs = Math.round(performance.now() - begun);
    const code = await ended;
    const listedMs = await goneAfterMs(worker.id);
    await sleep(500);
    const ran = [...(await running.end()), ...(await Promise.all(long))];
    figure(
      `SIGTERM: ${ran.length} queries, ${failedOf(ran).length} failed (${codesOf(failedOf(ran))}); draining shown after ${drainingMs} ms, gone ${listedMs} ms after its end`,
    );
    expect(failedOf(ran)).toEqual([]);
    expect(code).toBe(0);
    expect(listedMs).toBeLessThan(1_000);
  }, 40_000);

  it('lose with one that is killed only what it had in hand, each told at once, or asked once more', async () => {
    const worker = await join();
    const running = load();
    const long = ['POST', 'POST', 'POST', 'POST', 'GET', 'GET', 'GET', 'GET'].map((method) =>
      runQuery(pontage, 'pinned', method, '/slow-head?ms=4000'),
    );
    await sleep(1_000);
    const at = performance.now();
    await worker.end('SIGKILL');
    const listedMs = await goneAfterMs(worker.id);
    await sleep(1_000);
    const ran = [...(await running.end()), ...(await Promise.all(long))];
    const failed = failedOf(ran);
    const toldMs = Math.round(Math.max(0, ...failed.map(({ endedAt }) => endedAt - at)));
    figure(
      `kill -9: ${ran.length} queries, ${failed.length} failed (${codesOf(failed)}), told within ${toldMs} ms; gone from the list after ${listedMs} ms`,
    );
    expect(listedMs).toBeLessThanOrEqual(2_000);
    expect(failed.filter(({ method }) => method === 'GET')).toEqual([]);
    expect(failed.filter(({ begunAt, endedAt }) => begunAt > at + 100 || endedAt < at)).toEqual([]);
    expect([...new Set(failed.map(({ status, code, retryAfter }) => `${status} ${code} ${retryAfter}`))]).toEqual(
      failed.length === 0 ? [] : ['502 worker-lost 1'],
    );
    expect(toldMs).toBeLessThan(2_500);
  }, 40_000);

  it('give a query that is asked once more what is left of its time, and no more', async () => {
    const worker = await join();
    const long = Array.from({ length: 8 }, () => runQuery(pontage, 'hasty', 'GET', '/silent'));
    await sleep(2_500);
    const inHand = (await shown()).workers.find(({ id }) => id === worker.id)?.inflight ?? 0;
    await worker.end('SIGKILL');
    const ran = await Promise.all(long);
    const tookMs = Math.round(Math.max(...ran.map(({ begunAt, endedAt }) => endedAt - begunAt)));
    figure(`kill -9 halfway: ${inHand} of 8 asked once more; ${codesOf(ran)} after at most ${tookMs} of 5000 ms`);
    expect(inHand).toBeGreaterThan(0);
    expect(codesOf(ran)).toBe(JSON.stringify({ 'upstream-timed-out': 8 }));
    expect(tookMs).toBeLessThan(6_500);
  }, 40_000);

  it('fail nothing when their region is drained: what may go elsewhere does, what is pinned goes on', async () => {
    const running = new SteadyLoad(pontage, [{ resource: 'pinned' }, { resource: 'movable' }], 40);
    await sleep(800);
    await change({ state: 'draining' });
    const at = performance.now();
    await sleep(1_500);
    const until = performance.now();
    await change({ state: 'open' });
    await sleep(800);
    const ran = await running.end();
    // What began in the moment of the change may have been decided before it.
    const meanwhile = ran.filter(({ begunAt, endedAt }) => begunAt > at + 50 && endedAt < until);
    figure(
      `region drained: ${ran.length} queries, ${failedOf(ran).length} failed; meanwhile ${JSON.stringify(countBy(meanwhile, (each) => each.region))}, in all ${JSON.stringify(countBy(ran, (each) => each.region))}`,
    );
    expect(failedOf(ran)).toEqual([]);
    const regions = countBy(meanwhile, (each) => each.region);
    expect(Math.abs((regions[region] ?? 0) - (regions[other] ?? 0))).toBeLessThanOrEqual(3);
    expect(
      countBy(
        ran.filter(({ begunAt }) => begunAt < at - 100),
        (each) => each.region,
      ),
    ).toEqual({
      [region]: expect.any(Number),
    });
  }, 40_000);

  it('fail nothing when their region is capped, and share the cap', async () => {
    await join();
    const running = load();
    await sleep(500);
    await change({ maxInflight: 15 });
    const capacities = async () => (await shown()).workers.map(({ capacity }) => capacity).sort((a, b) => a - b);
    for (const deadline = Date.now() + 3_000; Date.now() < deadline; await sleep(20))
      if (JSON.stringify(await capacities()) === '[7,8]') break;
    const capped = await capacities();
    await sleep(1_500);
    await change({ maxInflight: null });
    const ran = await running.end();
    figure(
      `region capped to 15: ${ran.length} queries, ${failedOf(ran).length} failed; capacities ${JSON.stringify(capped)}`,
    );
    expect(capped).toEqual([7, 8]);
    expect(failedOf(ran)).toEqual([]);
  }, 40_000);

  it('fail nothing when one of them is drained, which takes nothing new until it is the last', async () => {
    const worker = await join();
    const running = load();
    await sleep(800);
    const answer = await pontage.fetch(`/api/v1/regions/${region}/workers/${worker.id}/drain`, { method: 'POST' });
    expect(answer.status).toBe(200);
    const at = performance.now();
    expect((await shown()).workers.find(({ id }) => id === worker.id)).toMatchObject({ draining: true });
    await sleep(1_500);
    const ran = await running.end();
    const later = countBy(
      ran.filter(({ begunAt }) => begunAt > at + 50),
      ({ workerId }) => workerId,
    );
    figure(
      `worker drained: ${ran.length} queries, ${failedOf(ran).length} failed; afterwards it took ${later[worker.id] ?? 0} of ${Object.values(later).reduce((sum, count) => sum + count, 0)}`,
    );
    expect(failedOf(ran)).toEqual([]);
    expect(later[worker.id]).toBeUndefined();
  }, 40_000);
});
