import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { aliveSubject, presenceSubject } from '@pontage/contracts/permissions';
import { startStack, type Stack } from '@pontage/testkit';
import type { Bus } from './bus.js';

const region = 'eu-central-1';
let stack: Stack;
let proxy: Bus;

beforeAll(async () => {
  stack = await startStack();
  proxy = await stack.busOf('query-proxy');
});
afterAll(() => stack?.[Symbol.asyncDispose]());

/** A worker that has spoken once and says nothing more, as one does whose event loop is busy. */
async function silentWorker(instance: string): Promise<NatsConnection> {
  const connection = await connect({
    servers: stack.nats.url,
    user: `egress-${region}`,
    pass: stack.natsPassword(`egress-${region}`),
  });
  connection.subscribe(aliveSubject('egress-worker', region, instance), { callback: () => undefined });
  await connection.flush();
  const record = {
    service: 'egress-worker',
    region,
    instance,
    version: '1',
    startedAt: '',
    inflight: 0,
    capacity: 4,
    draining: false,
    outboundIps: [],
    key: { id: instance, publicKey: '' },
  };
  connection.publish(presenceSubject('egress-worker', region, instance), JSON.stringify(record));
  await known(instance);
  return connection;
}

const isKnown = (instance: string): boolean => proxy.presence.find('egress-worker', instance) !== undefined;
const known = (instance: string) => proxy.presence.until(() => isKnown(instance) || undefined, 2_000);
const gone = (instance: string, withinMs: number) =>
  proxy.presence.until(() => !isKnown(instance) || undefined, withinMs);
async function reconnected(connection: NatsConnection): Promise<void> {
  for await (const { type } of connection.status()) if (type === 'reconnect') return;
}

describe('who is there', () => {
  it('does not hold one that died within two seconds of its last word', async () => {
    const instance = 'D'.repeat(22);
    const lost: string[] = [];
    proxy.presence.onLoss((record) => lost.push(record.instance));
    const worker = await silentWorker(instance);
    const at = performance.now();
    await worker.close();
    expect(await gone(instance, 5_000)).toBe(true);
    console.log(`presence: one that died was gone after ${Math.round(performance.now() - at)} ms`);
    expect(performance.now() - at).toBeLessThan(2_000);
    expect(lost).toEqual([instance]);
  });

  it('holds one that is busy for two seconds, and not one that is silent for good', async () => {
    const instance = 'B'.repeat(22);
    const worker = await silentWorker(instance);
    await sleep(2_200);
    expect(isKnown(instance)).toBe(true);
    expect(await gone(instance, 4_000)).toBe(true);
    await worker.close();
  });

  it('hears a goodbye at once, and calls it no loss', async () => {
    const lost: string[] = [];
    proxy.presence.onLoss((record) => lost.push(record.instance));
    const leaving = await stack.busOf('egress-worker', region);
    const { instance } = leaving.identity;
    await known(instance);
    await leaving.drain();
    expect(await gone(instance, 1_000)).toBe(true);
    expect(lost).not.toContain(instance);
  });

  it('says nothing more after its goodbye, not even when its line comes back', async () => {
    const leaving = await stack.busOf('egress-worker', region);
    const { instance } = leaving.identity;
    await known(instance);
    leaving.presence.leave();
    expect(await gone(instance, 1_000)).toBe(true);
    const areBack = [leaving, proxy].map(({ connection }) => reconnected(connection));
    await stack.restartNats();
    await Promise.all(areBack);
    // A word of the one that left would have come before that of the one that is new.
    await known((await stack.busOf('egress-worker', region)).identity.instance);
    expect(isKnown(instance)).toBe(false);
    await leaving.drain();
  }, 20_000);
});
