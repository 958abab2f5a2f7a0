import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { UnitOfWork } from '@pontage/persistence';
import { BrokerStack } from '../broker.fixture.js';
import { DeliveryStore } from './delivery-store.js';
import { Hooks } from './hooks.fixture.js';
import { quietWork, undone } from './quiet-work.fixture.js';
import { allowDeletes, refuseDeletesOf, refuseLargeDeletes } from './slow-deletes.fixture.js';

let stack: BrokerStack;
let unitOfWork: UnitOfWork;
let deliveries: DeliveryStore;
let hooks: Hooks;

beforeAll(async () => {
  stack = await BrokerStack.start();
  unitOfWork = await quietWork(stack);
  deliveries = new DeliveryStore(unitOfWork);
});
afterAll(async () => {
  await unitOfWork?.close();
  await stack?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  hooks = new Hooks(stack);
});
afterEach(async () => {
  await allowDeletes(stack);
  await stack.sql('DELETE FROM webhook');
});

describe('webhooks with something due', () => {
  it('take turns', async () => {
    const ids = [await hooks.store(), await hooks.store(), await hooks.store()];
    for (const id of ids) await hooks.fill(id, 5);
    const served: (string | undefined)[] = [];
    for (let count = 0; count < 12; count += 1) {
      const claim = await deliveries.claim(hooks.call.org, 30_000);
      served.push(claim?.webhookId);
      if (claim === undefined) break;
      const attempt = { at: new Date().toISOString(), status: 500, problem: null, durationMs: 1 };
      await unitOfWork.run(hooks.call.org, (work) =>
        deliveries.finish(work, claim, attempt, { state: 'pending', inMs: 0 }),
      );
    }
    const round = served.slice(0, 3);
    expect(new Set(round)).toEqual(new Set(ids));
    expect(served).toEqual([...round, ...round, ...round, ...round]);
  });

  it('are found without a look at all that is due', async () => {
    const [busy, idle, later] = [hooks, new Hooks(stack), new Hooks(stack)];
    const id = await busy.store();
    await busy.fill(id, 20_000);
    await stack.sql(`UPDATE webhook SET busy_until = now() + interval '1 minute' WHERE id = $1`, [id]);
    await idle.fill(await idle.store(), 20_000);
    const waiting = await later.store();
    await later.fill(waiting, 5_000);
    await later.letPass(waiting, -3_600);
    await stack.sql('ANALYZE webhook, webhook_delivery');
    expect(await deliveries.dueOrganisations()).toEqual([idle.call.org]);
    await undone(stack, async (client) => {
      await client.query('SELECT due_webhook_organisations()');
      const { rows } = await client.query<{ read: number }>(
        `SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read FROM pg_stat_xact_user_tables WHERE relname = 'webhook_delivery'`,
      );
      expect(rows[0]?.read).toBeGreaterThan(0);
      expect(rows[0]?.read).toBeLessThan(10);
    });
  });
});

describe('a sweep of old deliveries', () => {
  const old = async (of: Hooks, count: number): Promise<string> => {
    const id = await of.store();
    await of.fill(id, count, 'delivered');
    await of.letPass(id, 8 * 24 * 3_600);
    return id;
  };

  it('deletes more of them than a statement has time for', async () => {
    const id = await old(hooks, 2_500);
    await refuseLargeDeletes(stack, 'webhook_delivery');
    expect(await deliveries.sweep()).toBe(2_500);
    expect(await hooks.count(id)).toBe(0);
  });

  it('goes on behind an organisation that fails', async () => {
    const [first, second] = [hooks, new Hooks(stack)].sort((one, other) => (one.call.org < other.call.org ? -1 : 1));
    const [held, swept] = [await old(first as Hooks, 1), await old(second as Hooks, 1)];
    await refuseDeletesOf(stack, 'webhook_delivery', (first as Hooks).call.org);
    await expect(deliveries.sweep()).rejects.toThrow();
    expect([await hooks.count(held), await hooks.count(swept)]).toEqual([1, 0]);
    await allowDeletes(stack);
    expect(await deliveries.sweep()).toBe(1);
  });
});
