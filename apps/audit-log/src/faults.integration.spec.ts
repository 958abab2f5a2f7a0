import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import type { Bus } from '@pontage/bus';
import { queryIntentSubject, queryOutcomeSubject, type AuditDraft } from '@pontage/contracts/events';
import { startStack, type Stack } from '@pontage/testkit';
import { AuditLogReader } from './testing/audit-log-reader.js';
import { migrateAuditLog, startAuditLog, type AuditLogProcess } from './testing/audit-log-process.js';
import { draftOf, intentOf, outcomeOf } from './testing/events.js';
import { eventually } from './testing/eventually.js';

let stack: Stack;
let auditLog: AuditLogProcess;
let reader: AuditLogReader;
let gateway: Bus;
let buses: { registry: Bus; proxy: Bus; worker: Bus };
const checkpointDir = mkdtempSync(join(tmpdir(), 'pontage-checkpoints-'));

beforeAll(async () => {
  stack = await startStack();
  migrateAuditLog(stack);
  auditLog = await startAuditLog(stack, checkpointDir);
  gateway = await stack.busOf('gateway');
  reader = new AuditLogReader(gateway);
  const [registry, proxy, worker] = await Promise.all([
    stack.busOf('resource-registry'),
    stack.busOf('query-proxy'),
    stack.busOf('egress-worker', 'eu-central-1'),
  ]);
  buses = { registry, proxy, worker };
}, 60_000);
afterAll(async () => {
  await auditLog.kill();
  await stack.stop();
  rmSync(checkpointDir, { recursive: true });
});

/** Publishes until the stream says that it has it. */
async function insist(publish: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      return void (await publish());
    } catch {
      await sleep(50);
    }
  }
}

const batch = (bus: Bus, subject: string, items: readonly object[]) =>
  insist(() => bus.jetstream.publish(subject, JSON.stringify(items), { timeout: 2_000 }));

/** Load on two organisations until `stop`: what was acknowledged, by the id that its event will have. */
function load(orgs: readonly string[]): { stop(): Promise<Map<string, string[]>> } {
  const acknowledged = new Map(orgs.map((org) => [org, [] as string[]]));
  let stopped = false;
  const caller = async (org: string) => {
    while (!stopped) {
      const draft: AuditDraft = draftOf(org);
      await insist(() => buses.registry.publishEvent(draft));
      const ids = Array.from({ length: 4 }, () => randomUUID());
      await batch(
        buses.proxy,
        queryIntentSubject,
        ids.map((id) => intentOf(org, id)),
      );
      await batch(
        buses.worker,
        queryOutcomeSubject,
        ids.map((id) => outcomeOf(org, id)),
      );
      acknowledged.get(org)?.push(draft.id, ...ids);
      // Enough to be always in the middle of something, and not so much that counting takes longer than the faults.
      await sleep(50);
    }
  };
  const callers = orgs.flatMap((org) => [caller(org), caller(org)]);
  return { stop: async () => ((stopped = true), await Promise.all(callers), acknowledged) };
}

async function reconcile(acknowledged: ReadonlyMap<string, readonly string[]>): Promise<void> {
  for (const [org, ids] of acknowledged) {
    await eventually(async () =>
      (await reader.list(org, { limit: 1 })).data[0]?.seq === ids.length ? true : undefined,
    );
    const recorded = (await reader.all(org)).map(({ id, executionId }) => executionId ?? id);
    const different = new Set(recorded);
    const lost = ids.filter((id) => !different.has(id));
    console.log(
      `acknowledged ${ids.length}, recorded ${recorded.length}, different ${different.size}, lost ${lost.length}`,
    );
    expect(lost).toEqual([]);
    expect([...recorded].sort()).toEqual([...ids].sort());
    expect(await reader.verify(org)).toMatchObject({ ok: true, events: ids.length });
  }
}

describe('the record under faults', () => {
  it('loses nothing and doubles nothing when its process is killed again and again', async () => {
    // Another process goes on beside it: chains have one writer at a time all the same.
    const other = await startAuditLog(stack, checkpointDir);
    const running = load([randomUUID(), randomUUID()]);
    for (let kill = 0; kill < 6; kill += 1) {
      await sleep(200 + 70 * kill);
      await auditLog.kill();
      auditLog = await startAuditLog(stack, checkpointDir);
    }
    await reconcile(await running.stop());
    await other.stop();
  }, 240_000);

  it('waits out PostgreSQL and NATS, and parks nothing because of them', async () => {
    const orgs = [randomUUID(), randomUUID()];
    const running = load(orgs);
    for (let round = 0; round < 2; round += 1) {
      await sleep(500);
      await stack.killPostgres();
      // Longer than a message waits for its acknowledgement.
      await sleep(3_000);
      await stack.restartPostgres();
      await sleep(500);
      await stack.restartNats();
    }
    await reconcile(await running.stop());
    for (const org of orgs) expect((await reader.list(org, { action: 'event.parked' })).data).toEqual([]);
  }, 240_000);

  it('answers within its deadline while the record is behind', async () => {
    const org = randomUUID();
    await buses.registry.publishEvent(draftOf(org));
    await reader.list(org);
    await stack.killPostgres();
    await buses.registry.publishEvent(draftOf(org));
    await expect(reader.list(org)).rejects.toMatchObject({ slug: 'unavailable' });
    await stack.restartPostgres();
    await eventually(async () => ((await reader.list(org)).data.length === 2 ? true : undefined));
    expect(await reader.all(org)).toHaveLength(2);
  }, 60_000);

  it('refuses new events when the stream is full, and pushes none out', async () => {
    const manager = await jetstreamManager(await stack.operator());
    const before = await manager.streams.info('EVENTS');
    await manager.streams.update('EVENTS', { max_bytes: before.state.bytes + 2_000 });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => buses.registry.publishEvent(draftOf(randomUUID()))),
    );
    expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(10);
    expect((await manager.streams.info('EVENTS')).state.first_seq).toBe(before.state.first_seq);
    await auditLog.kill();
    auditLog = await startAuditLog(stack, checkpointDir);
    await buses.registry.publishEvent(draftOf(randomUUID()));
  });
});
