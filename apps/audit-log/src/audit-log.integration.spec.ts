import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bus } from '@pontage/bus';
import type { Call, RequestOf } from '@pontage/contracts';
import { findAuditEvent, listAuditEvents } from '@pontage/contracts/audit-log';
import {
  eventSubject,
  queryClosedSubject,
  queryIntentSubject,
  queryOutcomeSubject,
  type AuditDraft,
} from '@pontage/contracts/events';
import { startStack, type Stack } from '@pontage/testkit';
import pg from 'pg';
import { AuditLogReader, connectSuperuser } from './testing/audit-log-reader.js';
import { eventually } from './testing/eventually.js';
import { migrateAuditLog, startAuditLog, type AuditLogProcess } from './testing/audit-log-process.js';
import { callOf, closedOf, draftOf, intentOf, outcomeOf } from './testing/events.js';

let stack: Stack;
let process: AuditLogProcess;
let registry: Bus;
let gateway: Bus;
let reader: AuditLogReader;
let superuser: pg.Client;
const checkpointDir = mkdtempSync(join(tmpdir(), 'pontage-checkpoints-'));

beforeAll(async () => {
  stack = await startStack();
  migrateAuditLog(stack);
  process = await startAuditLog(stack, checkpointDir);
  [registry, gateway] = await Promise.all([stack.busOf('resource-registry'), stack.busOf('gateway')]);
  reader = new AuditLogReader(gateway);
  superuser = await connectSuperuser(stack);
}, 60_000);
afterAll(async () => {
  await superuser.end();
  expect(await process.stop()).toBe(0);
  await stack.stop();
  rmSync(checkpointDir, { recursive: true });
});

const list = (org: string, filter?: RequestOf<typeof listAuditEvents>) => reader.list(org, filter);
const batch = async (from: Bus, subject: string, items: readonly object[]): Promise<void> =>
  void (await from.jetstream.publish(subject, JSON.stringify(items)));
const publish = (drafts: readonly AuditDraft[]) => Promise.all(drafts.map((draft) => registry.publishEvent(draft)));

describe('the record', () => {
  it('holds an event that was published a moment ago, once', async () => {
    const org = randomUUID();
    for (let round = 0; round < 30; round += 1) {
      const draft = draftOf(org);
      await registry.publishEvent(draft);
      await registry.jetstream.publish(eventSubject(draft.action), JSON.stringify(draft), { msgID: randomUUID() });
      const { data } = await list(org, { limit: 1 });
      expect(data[0]).toMatchObject({ id: draft.id, seq: round + 1, resource: { id: 'orders' } });
    }
    expect(await reader.all(org)).toHaveLength(30);
    expect(await reader.verify(org)).toMatchObject({ ok: true, events: 30, firstBroken: null });
    expect((await list(org, { action: 'audit.*' })).data).toMatchObject([
      { outcome: 'success', actor: { display: 'auditor' }, data: { events: 30 } },
    ]);
  });

  it('makes one event of intent and outcome, and waits for a worker’s word after the gateway’s', async () => {
    const org = randomUUID();
    const [proxy, worker] = await Promise.all([
      stack.busOf('query-proxy'),
      stack.busOf('egress-worker', 'eu-central-1'),
    ]);
    const [answered, gone, lost, retried] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await batch(
      proxy,
      queryIntentSubject,
      [answered, gone, lost, retried].map((id) => intentOf(org, id)),
    );
    await batch(worker, queryOutcomeSubject, [
      outcomeOf(org, answered),
      outcomeOf(org, retried, { superseded: true, status: 401 }),
    ]);
    await batch(gateway, queryClosedSubject, [
      closedOf(org, gone, 'client-gone'),
      closedOf(org, lost, 'dispatch-lost'),
    ]);
    await batch(worker, queryOutcomeSubject, [outcomeOf(org, gone, { status: null, problem: 'upstream-broken' })]);
    const ran = (await list(org)).data;
    expect(ran.map(({ executionId, outcome, data }) => [executionId, outcome, (data as { end: string }).end])).toEqual([
      [lost, 'attempted', 'dispatch-lost'],
      [gone, 'failure', 'upstream-broken'],
      [answered, 'success', 'answered'],
    ]);
    // The parts again, as a redelivery brings them, change nothing.
    await batch(proxy, queryIntentSubject, [intentOf(org, answered)]);
    await batch(worker, queryOutcomeSubject, [outcomeOf(org, answered, { status: 500 })]);
    await superuser.query(`UPDATE open_execution SET due_at = now() WHERE id = $1`, [retried]);
    const orphan = await eventually(async () =>
      (await list(org)).data.find(({ executionId }) => executionId === retried),
    );
    expect(orphan).toMatchObject({ seq: 4, outcome: 'attempted', data: { end: 'unknown', attempts: 1 } });
    expect(await reader.all(org)).toHaveLength(4);
    expect((await superuser.query('SELECT FROM open_execution WHERE org = $1', [org])).rowCount).toBe(0);
  });

  it('is not read by a token that is restricted to groups', async () => {
    const org = randomUUID();
    const draft = draftOf(org);
    await registry.publishEvent(draft);
    const call = callOf(org);
    const restricted = { ...call, principal: { ...call.principal, groupIds: [1] } } as Call;
    for (const asked of [
      gateway.request(listAuditEvents, {}, restricted),
      gateway.request(findAuditEvent, { id: draft.id }, restricted),
    ])
      await expect(asked).rejects.toMatchObject({ slug: 'forbidden' });
    expect(await gateway.request(findAuditEvent, { id: draft.id }, call)).toMatchObject({ id: draft.id });
  });

  it('keeps two organisations’ chains apart', async () => {
    const [mine, other] = [randomUUID(), randomUUID()];
    await publish([
      ...Array.from({ length: 40 }, () => draftOf(mine)),
      ...Array.from({ length: 30 }, () => draftOf(other)),
    ]);
    const [first] = await reader.all(other);
    expect((await reader.all(mine)).map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(await gateway.request(findAuditEvent, { id: first?.id ?? '' }, callOf(other))).toEqual(first);
    await expect(gateway.request(findAuditEvent, { id: first?.id ?? '' }, callOf(mine))).rejects.toMatchObject({
      slug: 'not-found',
    });
    const role = new pg.Client(stack.databaseUrl('audit_log'));
    await role.connect();
    expect((await role.query('SELECT FROM audit_log.event')).rowCount).toBe(0);
    await role.query(`SELECT set_config('app.org', $1, false)`, [mine]);
    expect((await role.query('SELECT FROM audit_log.event')).rowCount).toBe(40);
    await role.end();
  });

  it('finds by every filter, in pages, in both orders', async () => {
    const org = randomUUID();
    await publish([
      draftOf(org, {
        action: 'token.created',
        at: '2026-01-01T00:00:00Z',
        actor: { type: 'token', id: 'a1', display: 'Ann' },
      }),
      draftOf(org, { action: 'token.revoked', at: '2026-01-02T00:00:00Z', outcome: 'denied' }),
      draftOf(org, {
        action: 'app.created',
        at: '2026-01-03T00:00:00Z',
        app: 'portal',
        externalIdentifier: 'nul\0',
        data: { text: 'nul\0 \ud800' },
      }),
    ]);
    // Concurrent publishes may be recorded in any order.
    const found = async (filter: RequestOf<typeof listAuditEvents>) =>
      (await list(org, filter)).data.map(({ action }) => action).sort();
    expect(await found({ action: 'token.*' })).toEqual(['token.created', 'token.revoked']);
    expect(await found({ action: '*.created' })).toEqual(['app.created', 'token.created']);
    expect(await found({ action: 'token%' })).toEqual([]);
    expect(await found({ action: 'toke_.created*' })).toEqual([]);
    expect(await found({ actor: 'Ann' })).toEqual(await found({ actor: 'a1' }));
    expect(await found({ outcome: 'denied' })).toEqual(['token.revoked']);
    expect(await found({ from: '2026-01-02T01:00:00+01:00', to: '2026-01-03T00:00:00Z' })).toEqual(['token.revoked']);
    expect(await found({ app: 'portal', externalIdentifier: 'nul\0', resource: 'orders' })).toEqual(['app.created']);
    const page = await list(org, { limit: 2 });
    expect([
      page.data.map(({ seq }) => seq),
      (await list(org, { limit: 2, cursor: page.nextCursor ?? '' })).data.map(({ seq }) => seq),
    ]).toEqual([[3, 2], [1]]);
    await expect(list(org, { cursor: 'x' })).rejects.toMatchObject({ errors: [{ pointer: '/cursor' }] });
  });

  it('answers with fewer events than asked for when they would not fit into a message', async () => {
    const org = randomUUID();
    await publish(
      Array.from({ length: 12 }, (_, index) => draftOf(org, { data: { index, text: 'x'.repeat(150_000) } })),
    );
    const page = await list(org, { limit: 200 });
    expect(page.data).toHaveLength(2);
    expect(await reader.all(org)).toHaveLength(12);
  });

  it('parks what cannot be read or recorded, and says so in the chain', async () => {
    const org = randomUUID();
    await registry.jetstream.publish(
      'v1.events.resource.created',
      JSON.stringify({ ...draftOf(org), action: 'token.created' }),
    );
    await registry.publishEvent(draftOf(org, { at: '0000-01-01T00:00:00Z' }));
    await registry.publishEvent(draftOf(org));
    const events = await eventually(async () => ((await reader.all(org)).length === 3 ? reader.all(org) : undefined));
    expect(events?.map(({ action }) => action).sort()).toEqual(['event.parked', 'event.parked', 'resource.created']);
    const { rows } = await superuser.query<{ payload: Buffer }>(
      'SELECT payload FROM parked_message WHERE org = $1 ORDER BY stream_seq',
      [org],
    );
    expect(rows.map(({ payload }) => (JSON.parse(payload.toString()) as AuditDraft).action)).toEqual([
      'token.created',
      'resource.created',
    ]);
    expect(await reader.verify(org)).toMatchObject({ ok: true });
  });

  it('is changed by nobody: not by its own role, not by the owner', async () => {
    const org = randomUUID();
    await publish([draftOf(org)]);
    await list(org);
    for (const url of [stack.databaseUrl('audit_log'), stack.postgres.ownerUrl]) {
      const client = new pg.Client(url);
      await client.connect();
      await client.query(`SELECT set_config('app.org', $1, false)`, [org]);
      for (const sql of [
        `UPDATE audit_log.event SET outcome = 'denied'`,
        'DELETE FROM audit_log.event',
        'TRUNCATE audit_log.event',
        'DELETE FROM audit_log.checkpoint WHERE false',
        'TRUNCATE audit_log.checkpoint',
      ]) {
        if (url === stack.postgres.ownerUrl && sql.endsWith('false')) continue;
        await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
      }
      await client.end();
    }
  });

  it('signs checkpoints inside and outside the database', async () => {
    const org = randomUUID();
    await publish([draftOf(org), draftOf(org)]);
    await list(org);
    await reader.signed(org, 2);
    const page = await reader.checkpoints(org);
    expect(page).toMatchObject({ org, keys: [{ kty: 'OKP', crv: 'Ed25519' }] });
    expect(
      readFileSync(join(checkpointDir, `${org}.ndjson`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(page.data);
  });
});
