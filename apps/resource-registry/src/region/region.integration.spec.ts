import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { checkRegion, drainWorker, updateRegion } from '@pontage/contracts/resource-registry';
import { regions } from '@pontage/contracts/snapshots';
import type { SnapshotWatch } from '@pontage/snapshots';
import { callOf, problem, RegistryRoom } from '../registry.fixture.js';

const region = 'eu-central-1';
let room: RegistryRoom;
let watch: SnapshotWatch<typeof regions>;
let operator: Call;
let worker: Bus;

beforeAll(async () => {
  room = await RegistryRoom.open();
  watch = await room.watch(regions);
  worker = await room.stack.busOf('egress-worker', region);
  const own = await room.newOrganisation('operators');
  operator = callOf(own.org, { scopes: ['operator'] });
});
afterAll(() => room.close());
beforeEach(() => update({ state: 'open', maxInflight: null }));

const update = (settings: object, call = operator) => room.ask(updateRegion, { region, settings }, call);
const drain = (id: string) => room.ask(drainWorker, { region, worker: id }, operator);
const kept = async () => (await room.events(operator.org)).filter(({ action }) => /^(region|worker)\./.test(action));
async function recorded(count: number): Promise<number> {
  for (const deadline = Date.now() + 8_000; Date.now() < deadline; await sleep(50))
    if ((await kept()).length >= count) break;
  return (await kept()).length;
}

describe('what is decided of a region', () => {
  it('is for operators, and for tokens that one of them has made for it', async () => {
    for (const scopes of [['admin'], ['regions:read']] as const)
      await expect(update({ state: 'closed' }, callOf(operator.org, { scopes: [...scopes] }))).rejects.toMatchObject(
        problem('missing-scope'),
      );
    await update({ maxInflight: 9 }, callOf(operator.org, { scopes: ['regions:write'] }));
    expect(watch.get(region)).toMatchObject({ state: 'open', maxInflight: 9 });
  });

  it('holds what the one before has not changed, and is told before it is answered', async () => {
    await update({ maxInflight: 5 });
    expect(await update({ state: 'draining' })).toMatchObject({ state: 'draining', maxInflight: 5 });
    expect(watch.get(region)).toMatchObject({ state: 'draining', maxInflight: 5, org: operator.org });
    expect((await kept()).at(-1)).toMatchObject({
      action: 'region.updated',
      data: { region },
      changes: [{ pointer: '/state', from: 'open', to: 'draining' }],
    });
  });

  it('loses nothing when two decide at once', async () => {
    await Promise.all([update({ state: 'draining' }), update({ maxInflight: 7 }), drain(worker.identity.instance)]);
    expect(watch.get(region)).toMatchObject({
      state: 'draining',
      maxInflight: 7,
      drainedWorkers: [worker.identity.instance],
    });
  });

  it('drains a worker that is there, and forgets those that have gone', async () => {
    const leaving = await room.stack.busOf('egress-worker', region);
    const known = () => room.gateway.presence.find('egress-worker', leaving.identity.instance);
    await room.gateway.presence.until(known, 5_000);
    await drain(leaving.identity.instance);
    await leaving.drain();
    await room.gateway.presence.until(() => (known() === undefined ? true : undefined), 5_000);
    await sleep(50);
    expect((await drain(worker.identity.instance)).drainedWorkers).toEqual([worker.identity.instance]);
    await expect(drain(leaving.identity.instance)).rejects.toMatchObject(problem('not-found'));
  });

  it('keeps queries away while the database is down, and is stored and on record when that is back', async () => {
    const before = (await kept()).length;
    await room.stack.killPostgres();
    const begun = performance.now();
    await update({ state: 'closed' });
    expect(watch.get(region)?.state).toBe('closed');
    expect(performance.now() - begun).toBeLessThan(1_500);
    await expect(update({ state: 'open' })).rejects.toMatchObject(problem('unavailable'));
    expect(watch.get(region)?.state).toBe('closed');
    await room.stack.restartPostgres();
    expect(await recorded(before + 1)).toBe(before + 1);
  });

  it('is stored by the next start when the process does not live to do it', async () => {
    const before = (await kept()).length;
    await room.stack.killPostgres();
    await update({ state: 'closed', maxInflight: 3 });
    await room.stopRegistry();
    await room.stack.restartPostgres();
    await room.start();
    expect(await recorded(before + 1)).toBe(before + 1);
    expect((await kept()).at(-1)).toMatchObject({ actor: { type: 'service' }, data: { region } });
    expect(watch.get(region)).toMatchObject({ state: 'closed', maxInflight: 3 });
  });

  it('outlives the bucket', async () => {
    await update({ state: 'draining', maxInflight: 4 });
    await room.stopRegistry();
    await (await jetstreamManager(await room.stack.operator())).streams.delete('KV_regions');
    await room.start();
    const again = await room.watch(regions);
    expect(again.get(region)).toMatchObject({ state: 'draining', maxInflight: 4 });
  });
});

describe('the regions of an installation', () => {
  it('are those that are configured, and those that have had a worker', async () => {
    expect([...watch.entries()].map(([id]) => id).sort()).toEqual(['eu-central-1', 'us-west-2']);
    await expect(room.ask(checkRegion, { region: 'mars-1' }, operator)).rejects.toMatchObject(
      problem('unknown-region'),
    );
    await expect(room.ask(updateRegion, { region: 'mars-1', settings: {} }, operator)).rejects.toMatchObject(
      problem('not-found'),
    );
  });
});
