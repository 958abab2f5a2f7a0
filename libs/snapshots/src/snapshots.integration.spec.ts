import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apps, tickKey } from '@pontage/contracts/snapshots';
import { startStack, type Stack } from '@pontage/testkit';
import { SnapshotWatch } from './snapshot-watch.js';
import { SnapshotWriter } from './snapshot-writer.js';

let stack: Stack;
let writer: SnapshotWriter<typeof apps>;
let watch: SnapshotWatch<typeof apps>;

beforeAll(async () => {
  stack = await startStack();
  writer = await SnapshotWriter.open(await stack.busOf('resource-registry'), apps);
  watch = await SnapshotWatch.open(await stack.busOf('gateway'), apps);
});
afterAll(async () => {
  watch?.stop();
  writer?.watch.stop();
  await stack?.[Symbol.asyncDispose]();
});

const app = (name: string) => ({ uuid: randomUUID(), name, description: '' });

describe('snapshots', () => {
  it('reach a watcher, and a lookup waits for one that is on its way', async () => {
    const value = app('one');
    const found = watch.find('o.one');
    await writer.put('o.one', { version: 1, value });
    expect(await found).toEqual(value);
    expect(watch.get('o.one')).toEqual(value);
  });

  it('are there from the beginning for a watcher that comes later', async () => {
    const value = app('early');
    await writer.put('o.early', { version: 1, value });
    const late = await SnapshotWatch.open(await stack.busOf('query-proxy'), apps);
    expect(late.get('o.early')).toEqual(value);
    late.stop();
  });

  it('never go back to an older version, whoever writes last', async () => {
    const second = await SnapshotWriter.open(await stack.busOf('resource-registry'), apps);
    const newer = app('newer');
    await Promise.all([
      writer.put('o.race', { version: 2, value: newer }),
      second.put('o.race', { version: 1, value: app('older') }),
    ]);
    await second.put('o.race', { version: 1, value: app('older') });
    expect(await watch.until(() => (watch.versionOf('o.race') === 2 ? watch.get('o.race') : undefined), 2_000)).toEqual(
      newer,
    );
    second.watch.stop();
  });

  it('end with a tombstone', async () => {
    await writer.put('o.gone', { version: 1, value: app('gone') });
    await writer.put('o.gone', { version: 2, value: null });
    expect(await watch.until(() => (watch.versionOf('o.gone') === 2 ? true : undefined), 2_000)).toBe(true);
    expect(watch.get('o.gone')).toBeUndefined();
  });

  it('are proven to be new by ticks that all who watch share, and that go on when one of them stops', async () => {
    const bus = await stack.busOf('gateway');
    const watches = await Promise.all(Array.from({ length: 6 }, () => SnapshotWatch.open(bus, apps)));
    const operator = await stack.operator();
    let ticks = 0;
    const heard = operator.subscribe(`$KV.apps.${tickKey}`, { callback: () => void (ticks += 1) });
    await operator.flush();
    const stale: SnapshotWatch<typeof apps>[] = [];
    const look = setInterval(() => stale.push(...watches.filter((each) => !each.isFresh(2_000))), 20);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    watches.pop()?.stop();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    clearInterval(look);
    heard.unsubscribe();
    for (const each of watches) each.stop();
    // Each of the six, the writer's and the gateway's own would have written a dozen in that time, and the six together whenever
    // theirs is the first clock to look.
    expect(ticks).toBeGreaterThanOrEqual(5);
    expect(ticks).toBeLessThan(40);
    expect(stale).toEqual([]);
  });

  it('are whole for all who begin at once, whoever of them has written the tick that stays', async () => {
    const bus = await stack.busOf('gateway');
    const operator = await stack.operator();
    let ticks = 0;
    const heard = operator.subscribe(`$KV.apps.${tickKey}`, { callback: () => void (ticks += 1) });
    await operator.flush();
    const watches = await Promise.all(Array.from({ length: 12 }, () => SnapshotWatch.open(bus, apps)));
    heard.unsubscribe();
    for (const each of watches) each.stop();
    // If each had to see its own, of which the bucket keeps the last, they would write 78.
    expect(ticks).toBeLessThan(40);
  });

  it('are read again after the server has forgotten who reads them', async () => {
    const bus = await stack.busOf('gateway');
    const own = await SnapshotWatch.open(bus, apps);
    const { consumers } = await jetstreamManager(await stack.operator());
    for await (const { name } of consumers.list('KV_apps')) await consumers.delete('KV_apps', name);
    await bus.connection.reconnect();
    const value = app('afterwards');
    await writer.put('o.afterwards', { version: 1, value });
    expect(await own.until(() => own.get('o.afterwards'), 3_000)).toEqual(value);
    expect(await own.until(() => (own.isFresh() ? true : undefined), 1_000)).toBe(true);
    own.stop();
  });

  it('are kept for their readers in memory, which costs the server no file for each tick', async () => {
    const { consumers } = await jetstreamManager(await stack.operator());
    const own = await SnapshotWatch.open(await stack.busOf('gateway'), apps);
    const inMemory: (boolean | undefined)[] = [];
    for await (const { config } of consumers.list('KV_apps')) inMemory.push(config.mem_storage);
    expect(inMemory).not.toHaveLength(0);
    expect(new Set(inMemory)).toEqual(new Set([true]));
    own.stop();
  });

  it('are fresh as long as ticks come through, and not when they stop', async () => {
    expect(await watch.until(() => (watch.isFresh() ? true : undefined), 1_000)).toBe(true);
    // On a bus of its own: a test of this file that is run once more comes after this one.
    await using quiet = await startStack();
    const alone = await SnapshotWriter.open(await quiet.busOf('resource-registry'), apps);
    const own = await SnapshotWatch.open(await quiet.busOf('embed-session'), apps);
    await quiet.nats.stop();
    const stale = await new Promise<boolean>((resolve) => {
      const poll = setInterval(() => {
        if (own.isFresh()) return;
        clearInterval(poll);
        resolve(true);
      }, 50);
    });
    expect(stale).toBe(true);
    own.stop();
    alone.watch.stop();
  });
});
