import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { UnitOfWork } from '@pontage/persistence';
import { BrokerStack } from '../broker.fixture.js';
import { quietWork } from '../delivery/quiet-work.fixture.js';
import { allowDeletes, refuseDeletesOf, refuseLargeDeletes } from '../delivery/slow-deletes.fixture.js';
import { timelineSweep } from './timeline-sweep.js';

let stack: BrokerStack;
let unitOfWork: UnitOfWork;

beforeAll(async () => {
  stack = await BrokerStack.start();
  unitOfWork = await quietWork(stack);
});
afterAll(async () => {
  await unitOfWork?.close();
  await stack?.[Symbol.asyncDispose]();
});
afterEach(async () => {
  await allowDeletes(stack);
  await stack.sql('DELETE FROM grant_event');
});

const sweep = () => timelineSweep(unitOfWork).sweep(new AbortController().signal);
const happened = (org: string, daysAgo: number, count = 1) =>
  stack.sql(
    `INSERT INTO grant_event (org, resource_id, environment, caller, at, event, version)
     SELECT $1, gen_random_uuid(), 'production', '', now() - $2 * interval '1 day', 'issued', 1 FROM generate_series(1, $3)`,
    [org, daysAgo, count],
  );
const kept = async (org: string) => (await stack.sql('SELECT FROM grant_event WHERE org = $1', [org])).length;

describe('what happened to grants', () => {
  it('is kept for ninety days, and deleted also when a statement has no time for all of it', async () => {
    const org = randomUUID();
    await happened(org, 91, 2_500);
    await happened(org, 89, 3);
    await refuseLargeDeletes(stack, 'grant_event');
    expect(await sweep()).toBe(2_500);
    expect(await kept(org)).toBe(3);
  });

  it('is deleted behind an organisation that fails, too', async () => {
    const [first = '', second = ''] = [randomUUID(), randomUUID()].sort();
    for (const org of [first, second]) await happened(org, 91);
    await refuseDeletesOf(stack, 'grant_event', first);
    await expect(sweep()).rejects.toThrow();
    expect([await kept(first), await kept(second)]).toEqual([1, 0]);
  });
});
