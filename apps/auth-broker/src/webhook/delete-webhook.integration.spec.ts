import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  replayWebhookDelivery,
  updateWebhook,
} from '@pontage/contracts/auth-broker';
import { WebhookReceiver } from '@pontage/fixtures';
import { BrokerStack } from '../broker.fixture.js';
import { DeliveryStore } from '../delivery/delivery-store.js';
import { Hooks } from '../delivery/hooks.fixture.js';
import { allowDeletes, refuseDeletesOf, refuseLargeDeletes } from '../delivery/slow-deletes.fixture.js';

let stack: BrokerStack;
let receiver: WebhookReceiver;
let hooks: Hooks;

beforeAll(async () => {
  [stack, receiver] = await Promise.all([BrokerStack.start(), WebhookReceiver.start()]);
  await stack.broker();
});
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  await receiver?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  receiver.forget();
  hooks = new Hooks(stack);
});
afterEach(async () => {
  await allowDeletes(stack);
  await stack.sql('DELETE FROM webhook');
});

const remove = (id: string) => stack.gateway.request(deleteWebhook, { id }, hooks.call);
const rows = (id: string) => stack.sql('SELECT FROM webhook WHERE id = $1', [id]);

describe('a webhook that is deleted', () => {
  it('takes more deliveries with it than a statement has time for', async () => {
    const { id } = await hooks.add(receiver.url);
    await hooks.fill(id, 2_500, 'delivered');
    await refuseLargeDeletes(stack, 'webhook_delivery');
    await remove(id);
    expect([await hooks.count(id), await rows(id)]).toEqual([0, []]);
  });

  it('is gone at once, also while its deliveries cannot be deleted, which a sweep does later', async () => {
    receiver.answering(500);
    const { id } = await hooks.add(receiver.url);
    await hooks.happens();
    const delivery = await hooks.delivery(id, ({ attempts }) => attempts.length === 1);
    await refuseDeletesOf(stack, 'webhook_delivery', hooks.call.org);
    await remove(id);
    const { call } = hooks;
    const enabling = { id, settings: { enabled: true } };
    for (const asked of [
      () => remove(id),
      () => stack.gateway.request(updateWebhook, enabling, call),
      () => stack.gateway.request(replayWebhookDelivery, { id: delivery.id }, call),
      () => hooks.deliveries(id),
    ])
      await expect(asked()).rejects.toMatchObject({ slug: 'not-found' });
    expect(await stack.gateway.request(listWebhooks, {}, call)).toMatchObject({ data: [] });
    expect(stack.events.filter(({ action, org }) => action === 'webhook.deleted' && org === call.org)).toHaveLength(1);

    await hooks.letPass(id, 10);
    await hooks.happens();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect([receiver.received.length, await hooks.count(id)]).toEqual([1, 1]);

    const sweep = () => new DeliveryStore(stack.anyBroker.unitOfWork).sweep();
    await expect(sweep()).rejects.toThrow();
    await allowDeletes(stack);
    expect(await sweep()).toBe(1);
    expect([await hooks.count(id), await rows(id)]).toEqual([0, []]);
  });

  it('leaves its place to another one at once', async () => {
    for (let count = 0; count < 20; count += 1) await hooks.fill(await hooks.store(), 1, 'delivered');
    const draft = { url: receiver.url, events: ['*'] };
    const create = () => stack.gateway.request(createWebhook, draft, hooks.call);
    await expect(create()).rejects.toMatchObject({ slug: 'webhook-limit-reached' });
    await refuseDeletesOf(stack, 'webhook_delivery', hooks.call.org);
    const { data } = await stack.gateway.request(listWebhooks, { limit: 1 }, hooks.call);
    await remove(String(data[0]?.id));
    await create();
  });

  it('is let go of while something is told to it that is not committed yet', async () => {
    const { id } = await hooks.add(receiver.url);
    const { unitOfWork } = stack.anyBroker;
    await unitOfWork.run(hooks.call.org, async ({ manager }) => {
      await manager.query('SELECT FROM webhook WHERE id = $1 FOR KEY SHARE', [id]);
      const startedAt = Date.now();
      await remove(id);
      expect(Date.now() - startedAt).toBeLessThan(1_000);
      await manager.query(
        `INSERT INTO webhook_delivery (id, org, webhook_id, event_id, type, body, state, gives_up_at)
         VALUES (gen_random_uuid(), $1, $2, gen_random_uuid(), 'grant.issued', '{}', 'pending', now() + interval '1 day')`,
        [hooks.call.org, id],
      );
    });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(receiver.received).toEqual([]);
    expect(await new DeliveryStore(unitOfWork).sweep()).toBe(1);
    expect(await rows(id)).toEqual([]);
  });
});
