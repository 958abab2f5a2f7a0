import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bus } from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import { sendSubject } from '@pontage/contracts/egress-worker';
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

describe('a call of ours through an egress worker', () => {
  it('does not go to a worker that does not listen yet', async () => {
    expect(await presenceOfWorker()).toMatchObject({ capacity: 0 });
    await expect(egressFetch(broker, dispatcher(), route)('https://example.com')).rejects.toMatchObject({
      slug: 'region-unavailable',
    });
  });

  it('ends soon when the worker dies with it, long before its time is up', async () => {
    // A process that took the dispatch and says nothing more is what one killed by `kill -9` looks like from here.
    worker.connection.subscribe(subjectOf(sendSubject, { region, worker: worker.identity.instance }), {
      callback: () => undefined,
    });
    await worker.connection.flush();
    worker.presence.announce({ capacity: 10 });
    await broker.presence.until(
      () => broker.presence.live('egress-worker', region).find(({ capacity }) => capacity > 0),
      5_000,
    );
    const begun = performance.now();
    await expect(egressFetch(broker, dispatcher(), route)('https://example.com')).rejects.toMatchObject({
      slug: 'worker-lost',
    });
    expect(performance.now() - begun).toBeLessThan(10_000);
  }, 20_000);
});
