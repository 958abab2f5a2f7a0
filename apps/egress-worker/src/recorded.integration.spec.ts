import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { subjectOf } from '@pontage/contracts';
import { recordedSubject } from '@pontage/contracts/egress-worker';
import { eventStream, queryOutcomeSubject } from '@pontage/contracts/events';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { isProblem } from '@pontage/problems';
import { Bench } from './testing/bench.js';
import type { Sent, WorkerClient } from './testing/worker-client.js';

/** Long enough for a request that was sent to have arrived. */
const lookMs = 150;

describe('what a worker does before the record has its intent', () => {
  let bench: Bench;
  let upstream: Upstream;
  let client: WorkerClient;
  let operator: NatsConnection;
  let manager: JetStreamManager;
  const outcomes: string[] = [];

  beforeAll(async () => {
    [bench, upstream] = await Promise.all([Bench.open(), startUpstream()]);
    client = await bench.clientOf();
    operator = await bench.stack.operator();
    manager = await jetstreamManager(operator);
    operator.subscribe(queryOutcomeSubject, {
      callback: (_, { data }) => void outcomes.push(Buffer.from(data).toString()),
    });
    await operator.flush();
  });
  afterAll(async () => {
    await bench.stop();
    await upstream.stop();
  });

  const requestOf = (id: string) => ({ url: `${upstream.url}/status/200?body=${id}` });
  const hasLeft = (id: string): Promise<boolean> =>
    sleep(lookMs).then(() => upstream.requests.some(({ target }) => target.endsWith(id)));
  const slugOf = (sent: Sent): Promise<unknown> =>
    sent.answer().then(
      () => 'answered',
      (error: unknown) => (isProblem(error) ? error.slug : error),
    );
  const hasOutcome = ({ dispatch }: Sent): boolean => outcomes.some((batch) => batch.includes(dispatch.executionId));

  it('waits for the word of the stream, and begins with it', async () => {
    const batch = randomUUID();
    const sent = client.send({ intents: batch, request: requestOf(batch) });
    expect(await hasLeft(batch)).toBe(false);
    client.record(batch);
    expect((await sent.answer()).status).toBe(200);
    expect(hasOutcome(sent)).toBe(true);
  });

  it('begins at once when the stream has spoken before the dispatch came, with each of a batch', async () => {
    const batch = randomUUID();
    client.record(batch);
    await client.proxy.connection.flush();
    await sleep(lookMs);
    for (const attempt of [1, 2]) {
      const sent = client.send({ attempt, intents: batch, request: requestOf(batch) });
      expect((await sent.answer()).status).toBe(200);
    }
  });

  it('sends nothing when the stream refuses, says so, and writes no outcome', async () => {
    await manager.streams.update(eventStream.name, { max_msgs: 1 });
    try {
      const batch = randomUUID();
      const sent = client.send({ intents: batch, request: requestOf(batch) });
      client.record(batch);
      expect(await slugOf(sent)).toBe('audit-unavailable');
      expect(await sent.receipt()).toMatchObject({ problem: 'audit-unavailable', status: null });
      expect(await hasLeft(batch)).toBe(false);
      expect(hasOutcome(sent)).toBe(false);
    } finally {
      await manager.streams.update(eventStream.name, { max_msgs: -1 });
    }
  });

  it('sends nothing when the stream says nothing for two seconds, also when it speaks later', async () => {
    const batch = randomUUID();
    const begun = performance.now();
    const sent = client.send({ intents: batch, request: requestOf(batch) });
    expect(await slugOf(sent)).toBe('audit-unavailable');
    expect(performance.now() - begun).toBeGreaterThan(1_900);
    client.record(batch);
    expect(await hasLeft(batch)).toBe(false);
    // The stream may have the intent all the same.
    expect(hasOutcome(sent)).toBe(true);
  });

  it('sends nothing for the word of anything but the event stream', async () => {
    await manager.streams.add({ name: 'ELSE', subjects: ['else.>'] });
    const { region, worker } = client;
    const batch = randomUUID();
    const sent = client.send({ intents: batch, request: requestOf(batch) });
    operator.publish('else.a', '{}', { reply: subjectOf(recordedSubject, { region, worker, batch }) });
    expect(await slugOf(sent)).toBe('audit-unavailable');
    expect(await hasLeft(batch)).toBe(false);
  });

  it('sends nothing for somebody who is cancelled meanwhile', async () => {
    const batch = randomUUID();
    const sent = client.send({ intents: batch, request: requestOf(batch) });
    expect((await sent.frame('accepted')).head.stage).toBe('queued');
    client.cancel(sent.dispatch.executionId);
    expect(await sent.receipt()).toMatchObject({ problem: 'client-gone' });
    client.record(batch);
    expect(await hasLeft(batch)).toBe(false);
  });

  it('waits for its turn as well', async () => {
    const { client: narrow } = await bench.workerAndClient({ capacity: 1 });
    const slow = narrow.send({ request: { url: `${upstream.url}/slow-head?ms=600` } });
    await upstream.received(({ target }) => target.startsWith('/slow-head'));
    const batch = randomUUID();
    const sent = narrow.send({ intents: batch, request: requestOf(batch) });
    narrow.record(batch);
    expect(await hasLeft(batch)).toBe(false);
    await slow.answer();
    expect((await sent.answer()).status).toBe(200);
  });
});
