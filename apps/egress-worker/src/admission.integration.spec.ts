import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { Bench } from './testing/bench.js';
import type { Sent, WorkerClient } from './testing/worker-client.js';

describe('the admission of a worker', () => {
  let bench: Bench;
  let upstream: Upstream;
  let other: Upstream;
  beforeAll(async () => {
    [bench, upstream, other] = await Promise.all([Bench.open(), startUpstream(), startUpstream()]);
  });
  afterAll(async () => {
    await bench.stop();
    await Promise.all([upstream.stop(), other.stop()]);
  });

  /** Dispatches that end when they are told to. */
  const holding = (client: WorkerClient, org: string, at = upstream): Sent =>
    client.send({ org, request: { url: `${at.url}/slow-head?ms=60000&org=${org}` } });
  const arrived = (org: string, at = upstream) => at.received(({ target }) => target.endsWith(org));
  const stageOf = async (sent: Sent): Promise<string> => (await sent.frame('accepted')).head.stage;
  const end = async (client: WorkerClient, ...all: Sent[]): Promise<void> => {
    // One after the other: what ends at once shares one message of receipts, which goes to the first of them.
    for (const sent of all) {
      client.cancel(sent.dispatch.executionId);
      await sent.receipt();
    }
  };

  it('says that it is full at once, and does nothing', async () => {
    const client = await bench.clientOf({ capacity: 1, queue: 0 });
    const first = holding(client, randomUUID());
    await arrived(first.dispatch.org);
    const second = client.send({ request: { url: `${upstream.url}/status/200?never` } });
    expect((await second.frame('busy')).head).toEqual({ executionId: second.dispatch.executionId });
    await end(client, first);
    expect((await client.fetch({ request: { url: `${upstream.url}/status/200` } })).status).toBe(200);
    expect(upstream.requests.filter(({ target }) => target.endsWith('never'))).toHaveLength(0);
  });

  it('lets one wait for its turn with signs of life, and serves it', async () => {
    const client = await bench.clientOf({ capacity: 1, queue: 8 });
    const first = holding(client, randomUUID());
    await arrived(first.dispatch.org);
    const second = client.send({ org: randomUUID(), request: { url: `${upstream.url}/status/204` } });
    expect(await stageOf(second)).toBe('queued');
    await end(client, first);
    expect((await second.answer()).status).toBe(204);
  });

  it('answers one whose time is over, and forgets one that nobody wants any more', async () => {
    const client = await bench.clientOf({ capacity: 1, queue: 8 });
    const [first, late, unwanted, last] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const holder = holding(client, first);
    await arrived(first);
    const late_ = client.send({ org: late, remainingMs: 400, request: { url: `${upstream.url}/echo?${late}` } });
    const gone = holding(client, unwanted);
    expect(await stageOf(gone)).toBe('queued');
    await expect(late_.answer()).rejects.toMatchObject({ slug: 'overloaded' });
    await end(client, gone);
    expect(await gone.receipt()).toMatchObject({ problem: 'client-gone' });
    await end(client, holder);
    const { status } = await client.fetch({ org: last, request: { url: `${upstream.url}/status/200` } });
    expect(status).toBe(200);
    const seen = upstream.requests.map(({ target }) => target).join(' ');
    expect(seen).not.toMatch(new RegExp(`${late}|${unwanted}`));
  });

  it('leaves room for others whatever one organisation sends, and for its other upstreams whatever one of them does', async () => {
    const client = await bench.clientOf({ capacity: 16, queue: 16 });
    const [greedy, modest] = [randomUUID(), randomUUID()];
    const flood = Array.from({ length: 30 }, () => holding(client, greedy));
    await Promise.all(flood.slice(-18).map((sent) => sent.frame('busy')));
    const reached = () => upstream.requests.filter(({ target }) => target.endsWith(greedy)).length;
    await upstream.received(() => reached() === 6);
    const elsewhere = await client.fetch({ org: greedy, request: { url: `${other.url}/status/200` } });
    const another = await client.fetch({ org: modest, request: { url: `${upstream.url}/status/200` } });
    expect([elsewhere.status, another.status]).toEqual([200, 200]);
    expect(reached()).toBe(6);
    await end(client, ...flood.slice(6, 12), ...flood.slice(0, 6));
  });

  it('cuts nothing off when its capacity falls, and serves who waits when it grows', async () => {
    const { worker, client } = await bench.workerAndClient({ capacity: 8, queue: 8 });
    const held = [randomUUID(), randomUUID(), randomUUID()].map((org) => holding(client, org));
    await Promise.all(held.map(({ dispatch }) => arrived(dispatch.org)));
    worker.limitTo(1);
    const waiting = client.send({ org: randomUUID(), request: { url: `${upstream.url}/status/200` } });
    expect(await stageOf(waiting)).toBe('queued');
    expect(held.flatMap(({ frames }) => frames.map(({ type }) => type))).not.toContain('problem');
    worker.limitTo(8);
    expect((await waiting.answer()).status).toBe(200);
    await end(client, ...held);
  });

  it('sends those who wait to another worker when it drains', async () => {
    const { worker, client } = await bench.workerAndClient({ capacity: 1, queue: 8 });
    const first = holding(client, randomUUID());
    await arrived(first.dispatch.org);
    const second = holding(client, randomUUID());
    expect(await stageOf(second)).toBe('queued');
    const drained = worker.drain();
    expect((await second.frame('busy')).head).toEqual({ executionId: second.dispatch.executionId });
    await end(client, first);
    await drained;
  });
});
