import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bus } from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import { cancelSubject, sendSubject, type Dispatch } from '@pontage/contracts/egress-worker';
import { startStack, type Stack } from '@pontage/testkit';
import { Dispatcher } from './dispatcher.js';
import { egressFetch } from './egress-fetch.js';
import { WorkerPool } from './worker-pool.js';

const region = 'us-west-2';
const route = { org: '11111111-1111-4111-8111-111111111111', region, timeoutMs: 30_000 };
let stack: Stack;
let broker: Bus;
let worker: Bus;

beforeAll(async () => {
  stack = await startStack();
  [broker, worker] = await Promise.all([stack.busOf('auth-broker'), stack.busOf('egress-worker', region)]);
});
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
});

const dispatcher = () => new Dispatcher(broker, new WorkerPool(broker.presence, { get: () => undefined }));

/** From the moment at which the caller can see the worker at all. */
const presenceOfWorker = () =>
  broker.presence.until(() => broker.presence.find('egress-worker', worker.identity.instance), 5_000);

const workerThatListens = () =>
  broker.presence.until(
    () => broker.presence.live('egress-worker', region).find(({ capacity }) => capacity > 0),
    5_000,
  );

describe('a call of ours through an egress worker', () => {
  it('does not go to a worker that does not listen yet', async () => {
    expect(await presenceOfWorker()).toMatchObject({ capacity: 0 });
    await expect(egressFetch(broker, dispatcher(), route)('https://example.com')).rejects.toMatchObject({
      slug: 'region-unavailable',
    });
  });

  it('is called off behind its dispatch, however soon', async () => {
    const heard: string[] = [];
    const subjects = {
      dispatch: subjectOf(sendSubject, { region, worker: worker.identity.instance }),
      cancel: subjectOf(cancelSubject, { region }),
    };
    const listening = Object.entries(subjects).map(([name, subject]) =>
      worker.connection.subscribe(subject, { callback: () => void heard.push(name) }),
    );
    await worker.connection.flush();
    worker.presence.announce({ capacity: 10 });
    await workerThatListens();
    const sent = dispatcher();
    const executionId = randomUUID();
    sent.send({
      region,
      executionId,
      attempt: 1,
      dispatchTo: () => ({ executionId, attempt: 1, remainingMs: 1_000 }) as Dispatch,
      failed: () => expect('a dispatch').toBe('sent'),
      lost: () => undefined,
    });
    sent.cancel(region, executionId);
    while (heard.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(heard).toEqual(['dispatch', 'cancel']);
    for (const each of listening) each.unsubscribe();
  });

  it('ends soon when the worker dies with it, long before its time is up', async () => {
    // A process that took the dispatch and says nothing more is what one killed by `kill -9` looks like from here.
    worker.connection.subscribe(subjectOf(sendSubject, { region, worker: worker.identity.instance }), {
      callback: () => undefined,
    });
    await worker.connection.flush();
    worker.presence.announce({ capacity: 10 });
    await workerThatListens();
    const begun = performance.now();
    await expect(egressFetch(broker, dispatcher(), route)('https://example.com')).rejects.toMatchObject({
      slug: 'worker-lost',
    });
    expect(performance.now() - begun).toBeLessThan(10_000);
  }, 20_000);
});
