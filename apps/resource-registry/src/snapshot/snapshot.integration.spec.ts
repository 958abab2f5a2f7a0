import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import * as registry from '@pontage/contracts/resource-registry';
import * as buckets from '@pontage/contracts/snapshots';
import { SnapshotWatch } from '@pontage/snapshots';
import { newHash, problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
const hash = newHash();
const owned = [
  buckets.tokens,
  buckets.organisations,
  buckets.permissions,
  buckets.resources,
  buckets.apps,
  buckets.queries,
  buckets.config,
] as const;

beforeAll(async () => {
  room = await RegistryRoom.open();
  call = await room.newOrganisation('rebuilt');
  const { uuid } = await room.ask(registry.createApp, { name: 'portal' }, call);
  await room.ask(registry.createResource, { settings: { name: 'orders', baseUrl: 'https://a.example' } }, call);
  await room.ask(registry.createResource, { settings: { name: 'gone', baseUrl: 'https://a.example' } }, call);
  await room.ask(
    registry.putQuery,
    { app: uuid, name: 'orders.list', query: { resource: 'orders', request: {} } },
    call,
  );
  await room.ask(registry.putQuery, { app: uuid, name: 'gone', query: { resource: 'orders', request: {} } }, call);
  await room.ask(registry.deleteQuery, { app: uuid, name: 'gone' }, call);
  await room.ask(registry.deleteResource, { resource: 'gone' }, call);
  await room.ask(registry.putConfig, { name: 'A', value: '1' }, call);
  const { id } = await room.ask(registry.createGroup, { name: 'stores' }, call);
  await room.ask(registry.setGroupApp, { id, app: uuid, access: 'use' }, call);
  const orders = { id, resource: 'orders' };
  await room.ask(registry.setGroupResource, { ...orders, access: 'use', environments: ['staging'] }, call);
  await room.ask(registry.createToken, { draft: { name: 'ci', scopes: ['apps:read'], groupIds: [id] }, hash }, call);
});
afterAll(() => room.close());

/** Everything in every bucket, read anew. */
async function contents(): Promise<Record<string, [string, unknown][]>> {
  const all: Record<string, [string, unknown][]> = {};
  const bus = await room.stack.busOf('resource-registry');
  for (const bucket of owned) {
    const watch = await SnapshotWatch.open(bus, bucket);
    all[bucket.name] = [...watch.entries()]
      .map(([key, value]): [string, unknown] => [key, value])
      .sort(([one], [other]) => (one < other ? -1 : 1));
    watch.stop();
  }
  // It serves nothing, and nobody shall take it for a registry.
  await bus.drain();
  return all;
}

describe('snapshots', () => {
  it('are all there again after a start that finds the buckets lost', async () => {
    const before = await contents();
    expect(Object.values(before).map((entries) => entries.length)).toEqual([3, 2, 1, 1, 1, 1, 1]);
    await room.stopRegistry();
    const manager = await jetstreamManager(await room.stack.operator());
    for (const { name } of owned) await manager.streams.delete(`KV_${name}`);
    await room.start();
    expect(await contents()).toEqual(before);
  });

  it('are brought up by a start that finds one of them behind, and strays are ended', async () => {
    const before = await contents();
    await room.stopRegistry();
    const operator = await room.stack.operator();
    const [resource] = before.resources?.[0] ?? [''];
    const put = async (key: string, entry: object) => {
      operator.publish(key, JSON.stringify(entry));
      await operator.flush();
    };
    await put(`$KV.resources.${resource}`, { version: 0, value: { stale: true } });
    await put(`$KV.apps.${call.org}.9f0a2c2e-31a9-4b7c-8f38-000000000000`, { version: 3, value: { stray: true } });
    await put(`$KV.tokens.${'ab'.repeat(32)}`, { version: 3, value: { org: call.org, id: 'stray' } });
    await room.start();
    expect(await contents()).toEqual(before);
  });

  it('wait for the bus, and the caller with them; what was stored is told when the bus is back', async () => {
    const watch = await room.watch(buckets.config);
    const manager = await jetstreamManager(await room.stack.operator());
    const { config } = await manager.streams.info('KV_config');
    // A full stream refuses writes, as a full disk would.
    await manager.streams.update('KV_config', { ...config, max_msg_size: 1 });
    await expect(room.ask(registry.putConfig, { name: 'B', value: '1' }, call)).rejects.toMatchObject(
      problem('unavailable'),
    );
    expect(watch.get(`${call.org}.production.B`)).toBeUndefined();
    await manager.streams.update('KV_config', { ...config, max_msg_size: -1 });
    expect(await watch.until(() => watch.get(`${call.org}.production.B`), 3_000)).toEqual({ value: '1' });
  });

  it('come after their event and in the order of the changes', async () => {
    const seen: unknown[] = [];
    const watch = await room.watch(buckets.config);
    watch.onChange(
      (key, value) => void (key.endsWith('.ORDER') && seen.push(value && 'value' in value ? value.value : undefined)),
    );
    for (const value of ['1', '2', '3']) await room.ask(registry.putConfig, { name: 'ORDER', value }, call);
    expect(seen).toEqual(['1', '2', '3']);
    const values = (await room.events(call.org))
      .filter(({ action }) => action === 'config.set')
      .map(({ changes }) => (changes as { to: string }[])[0]?.to);
    expect(values.slice(-3)).toEqual(['1', '2', '3']);
  });

  it('survive that NATS is killed', async () => {
    const before = await contents();
    await room.stack.restartNats();
    const watch = await room.watch(buckets.config);
    await room.ask(registry.putConfig, { name: 'AFTER', value: '1' }, call);
    expect(await watch.find(`${call.org}.production.AFTER`)).toEqual({ value: '1' });
    const { config: _, ...others } = before;
    expect(await contents()).toMatchObject(others);
  });
});
