import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteWebhook } from '@pontage/contracts/auth-broker';
import { WebhookReceiver, type ReceivedMessage } from '@pontage/fixtures';
import { BrokerStack, type Broker } from '../broker.fixture.js';
import { DeliveryStore } from './delivery-store.js';
import { Hooks } from './hooks.fixture.js';
import { undone } from './quiet-work.fixture.js';

let stack: BrokerStack;
let receiver: WebhookReceiver;
let brokers: Broker[];
let hooks: Hooks;

beforeAll(async () => {
  [stack, receiver] = await Promise.all([BrokerStack.start(), WebhookReceiver.start()]);
  brokers = [await stack.broker(), await stack.broker()];
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});
beforeEach(() => {
  receiver.forget();
  hooks = new Hooks(stack);
});
afterEach(async () => {
  // What is still to be tried would come to the next test's receiver.
  await stack.sql('DELETE FROM webhook');
});

const idOf = ({ headers }: ReceivedMessage): string => String(headers['webhook-id']);
const isDelivered = ({ state }: { state: string }) => state === 'delivered';
const hasTried = ({ attempts }: { attempts: unknown[] }) => attempts.length > 0;

describe('two brokers', () => {
  it('share the work: each delivery once, one of a webhook at a time', async () => {
    const before = brokers.map(({ egress }) => egress.sent);
    const inHand = new Set<string>();
    let [most, overlaps] = [0, 0];
    receiver.instead = (response, { target }) => {
      if (inHand.has(target)) overlaps += 1;
      inHand.add(target);
      most = Math.max(most, inHand.size);
      setTimeout(() => {
        inHand.delete(target);
        response.writeHead(204).end();
      }, 100);
    };
    // More than one broker has places for of one organisation, and for longer than the other takes to look.
    const made = await Promise.all(Array.from({ length: 20 }, (_, index) => hooks.add(`${receiver.url}?${index}`)));
    await hooks.happens('grant.issued', 12);
    await receiver.has(240, 30_000);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(receiver.received).toHaveLength(240);
    expect(new Set(receiver.received.map(idOf)).size).toBe(240);
    expect(overlaps).toBe(0);
    expect(most).toBeGreaterThan(1);
    for (const { id } of made)
      expect(
        (await hooks.deliveries(id)).every(({ state, attempts }) => isDelivered({ state }) && attempts.length === 1),
      ).toBe(true);
    const sent = brokers.map(({ egress }, index) => egress.sent - (before[index] ?? 0));
    expect(sent.reduce((sum, each) => sum + each)).toBe(240);
    expect(Math.min(...sent)).toBeGreaterThan(0);
  });

  it('take over from one that is gone, when its lease is over, with the same id', async () => {
    const { id } = await hooks.add(receiver.url);
    const owner = randomUUID();
    // As it is left behind by one that is killed while it sends.
    await stack.sql(
      `UPDATE webhook SET busy_by = $2, busy_until = clock_timestamp() + interval '30 seconds' WHERE id = $1`,
      [id, owner],
    );
    await hooks.happens();
    const [pending] = await hooks.deliveries(id);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect([receiver.received, pending?.state]).toEqual([[], 'pending']);
    await hooks.letPass(id, 30);
    const [message] = (await receiver.has(1)) as [ReceivedMessage];
    expect(idOf(message)).toBe(pending?.id);
    await hooks.delivery(id, isDelivered);

    // It was not killed, only late: what it has to say is not heard.
    const claim = { id: idOf(message), webhookId: id, owner };
    const late = { at: new Date().toISOString(), status: 500, problem: null, durationMs: 1 };
    const isNoted = await stack.anyBroker.unitOfWork.run(hooks.call.org, (work) =>
      new DeliveryStore(stack.anyBroker.unitOfWork).finish(work, claim, late, { state: 'failed' }),
    );
    expect(isNoted).toBe(false);
    expect((await hooks.deliveries(id))[0]).toMatchObject({ state: 'delivered', attempts: [{ status: 204 }] });
  });
});

describe('what happens', () => {
  it('neither waits for a webhook that is being deleted nor fails of it', async () => {
    const [{ id }, other] = [await hooks.add(receiver.url), await hooks.add(`${receiver.url}?other`)];
    await undone(stack, async (client) => {
      await client.query('DELETE FROM webhook WHERE id = $1', [id]);
      const startedAt = Date.now();
      await hooks.happens();
      expect(Date.now() - startedAt).toBeLessThan(1_000);
      await hooks.delivery(other.id, isDelivered);
      await client.query('COMMIT');
    });
    expect(await hooks.count(id)).toBe(0);
    expect(receiver.received.map(({ target }) => target)).toEqual(['/hook?other']);
  });
});

describe('deliveries', () => {
  it('go with their webhook', async () => {
    receiver.answering(500);
    const { id } = await hooks.add(receiver.url);
    await hooks.happens();
    await hooks.delivery(id, hasTried);
    await stack.gateway.request(deleteWebhook, { id }, hooks.call);
    await expect(hooks.deliveries(id)).rejects.toMatchObject({ slug: 'not-found' });
    expect(await stack.sql('SELECT 1 FROM webhook_delivery WHERE webhook_id = $1', [id])).toEqual([]);
  });

  it('are kept for seven days', async () => {
    const { id } = await hooks.add(receiver.url);
    await hooks.happens();
    await hooks.delivery(id, isDelivered);
    const deliveries = new DeliveryStore(stack.anyBroker.unitOfWork);
    await hooks.letPass(id, 7 * 24 * 3_600 - 60);
    await deliveries.sweep();
    expect(await hooks.deliveries(id)).toHaveLength(1);
    await hooks.letPass(id, 120);
    expect(await deliveries.sweep()).toBeGreaterThan(0);
    expect(await hooks.deliveries(id)).toEqual([]);
  });

  it('beyond ten thousand that wait have failed at once', async () => {
    const { id } = await hooks.add(receiver.url, { events: ['grant.revoked'] });
    await stack.sql(
      `INSERT INTO webhook_delivery (id, org, webhook_id, event_id, type, body, state, next_attempt_at, gives_up_at)
       SELECT gen_random_uuid(), $1, $2, gen_random_uuid(), 'grant.revoked', '{}', 'pending', now() + interval '1 hour', now() + interval '1 day'
         FROM generate_series(1, 10000)`,
      [hooks.call.org, id],
    );
    await hooks.happens('grant.revoked');
    expect((await hooks.deliveries(id))[0]).toMatchObject({ state: 'failed', attempts: [], nextAttemptAt: null });
    expect(receiver.received).toEqual([]);
  });
});
