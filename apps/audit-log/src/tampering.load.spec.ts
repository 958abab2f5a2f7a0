import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { genesis, hashOf } from '@pontage/audit-chain';
import type { Bus } from '@pontage/bus';
import { startStack, type Stack } from '@pontage/testkit';
import type pg from 'pg';
import { AuditLogReader, connectSuperuser } from './testing/audit-log-reader.js';
import { migrateAuditLog, startAuditLog, type AuditLogProcess } from './testing/audit-log-process.js';
import { draftOf } from './testing/events.js';

let stack: Stack;
let auditLog: AuditLogProcess;
let registry: Bus;
let reader: AuditLogReader;
let superuser: pg.Client;
const checkpointDir = mkdtempSync(join(tmpdir(), 'pontage-checkpoints-'));

beforeAll(async () => {
  stack = await startStack();
  migrateAuditLog(stack);
  auditLog = await startAuditLog(stack, checkpointDir);
  registry = await stack.busOf('resource-registry');
  reader = new AuditLogReader(await stack.busOf('gateway'));
  superuser = await connectSuperuser(stack);
}, 60_000);
afterAll(async () => {
  await superuser.end();
  await auditLog.kill();
  await stack.stop();
  rmSync(checkpointDir, { recursive: true });
});

/** A chain of so many events, with checkpoints of its first two thirds and of its end. */
async function chainOf(events: number): Promise<string> {
  const org = randomUUID();
  for (const part of [Math.ceil((events * 2) / 3), events]) {
    let from = (await reader.list(org, { limit: 1 })).data[0]?.seq ?? 0;
    for (; from < part; from += 256) {
      await Promise.all(
        Array.from({ length: Math.min(256, part - from) }, () =>
          registry.publishEvent(draftOf(org, { data: { text: 'ä' } })),
        ),
      );
    }
    await reader.signed(org, part);
  }
  return org;
}

/** Writes the whole chain anew, consistently, as somebody would who knows how. */
async function rewrite(org: string): Promise<void> {
  const { rows } = await superuser.query<{ seq: string; body: string }>(
    'SELECT seq, body FROM event WHERE org = $1 ORDER BY event.seq',
    [org],
  );
  let prevHash = genesis(org).hash;
  for (const { seq, body } of rows) {
    const changed = seq === '1' ? body.replace('CI', 'XX') : body;
    const hash = hashOf(prevHash, changed);
    const display = seq === '1' ? 'XX' : 'CI';
    await superuser.query(
      'UPDATE event SET body = $3, prev_hash = $4, hash = $5, actor_display = $6 WHERE org = $1 AND seq = $2',
      [org, seq, changed, prevHash, hash, display],
    );
    prevHash = hash;
  }
}

/** Puts a well-made event behind the 17th; those behind it move on by one. */
async function insert(org: string): Promise<void> {
  await superuser.query('UPDATE event SET seq = -(seq + 1) WHERE org = $1 AND seq > 17', [org]);
  await superuser.query('UPDATE event SET seq = -seq WHERE org = $1 AND seq < 0', [org]);
  const { rows } = await superuser.query<{ body: string; hash: string }>(
    'SELECT body, hash FROM event WHERE org = $1 AND seq = 17',
    [org],
  );
  const [{ body, hash }] = rows as [{ body: string; hash: string }];
  const id = randomUUID();
  const forged = body.replace(/"id":"[0-9a-f-]{36}"/, `"id":"${id}"`).replace('"seq":17', '"seq":18');
  await superuser.query(
    `INSERT INTO event SELECT org, 18, $2, at, action, outcome, actor_id, actor_display, external_identifier, app, resource_id, hash, $3, $4 FROM event WHERE org = $1 AND seq = 17`,
    [org, id, hashOf(hash, forged), forged],
  );
}

async function swap(org: string): Promise<void> {
  await superuser.query(
    'UPDATE event SET seq = CASE seq WHEN 17 THEN -18 ELSE -17 END WHERE org = $1 AND seq IN (17, 18)',
    [org],
  );
  await superuser.query('UPDATE event SET seq = -seq WHERE org = $1 AND seq < 0', [org]);
}

const run = (sql: string) => (org: string) => superuser.query(sql, [org]);

const cases: readonly (readonly [string, (org: string) => Promise<unknown>, number])[] = [
  [
    'an edited body',
    run(`UPDATE event SET body = replace(body, '"success"', '"denied"') WHERE org = $1 AND seq = 17`),
    17,
  ],
  ['an edited column', run(`UPDATE event SET external_identifier = 'somebody' WHERE org = $1 AND seq = 17`), 17],
  ['an edited time', run(`UPDATE event SET at = at + interval '1 microsecond' WHERE org = $1 AND seq = 17`), 17],
  ['a time without end', run(`UPDATE event SET at = 'infinity' WHERE org = $1 AND seq = 17`), 17],
  ['a body that is no JSON', run(`UPDATE event SET body = 'x' WHERE org = $1 AND seq = 17`), 17],
  ['white space in a body', run(`UPDATE event SET body = body || ' ' WHERE org = $1 AND seq = 17`), 17],
  ['a deleted event', run('DELETE FROM event WHERE org = $1 AND seq = 17'), 17],
  ['a forged event put between', insert, 18],
  ['two events that changed places', swap, 17],
  ['a renumbered event', run('UPDATE event SET seq = 1017 WHERE org = $1 AND seq = 17'), 17],
  ['a tail cut off', run('DELETE FROM event WHERE org = $1 AND seq > 25'), 26],
  ['everything cut off', run('DELETE FROM event WHERE org = $1'), 1],
  ['a rewritten chain', rewrite, 1],
  [
    'an older backup',
    async (org) => [
      await run('DELETE FROM event WHERE org = $1 AND seq > 20')(org),
      await run('DELETE FROM checkpoint WHERE org = $1 AND seq > 20')(org),
    ],
    21,
  ],
  ['an edited checkpoint', run(`UPDATE checkpoint SET hash = repeat('0', 64) WHERE org = $1 AND seq = 20`), 20],
];

describe('tampering', () => {
  let chains: string[];
  // All at once: each waits for two checkpoints.
  beforeAll(async () => {
    chains = await Promise.all(cases.map(() => chainOf(30)));
    await superuser.query('ALTER TABLE event DROP CONSTRAINT event_seq_check');
  }, 60_000);

  it.each(cases)('names the first bad place of %s', async (_, tamper, seq) => {
    const org = chains.pop() ?? '';
    await tamper(org);
    expect(await reader.verify(org)).toMatchObject({ ok: false, firstBroken: { seq } });
    expect((await reader.list(org, { action: 'audit.verified' })).data).toMatchObject([
      { outcome: 'failure', data: { firstBroken: { seq } } },
    ]);
  });

  it('is found by a process that was not there, which signs nothing behind it', async () => {
    const org = await chainOf(30);
    const before = (await reader.checkpoints(org)).data;
    await auditLog.kill();
    await superuser.query('DELETE FROM event WHERE org = $1 AND seq > 28', [org]);
    auditLog = await startAuditLog(stack, checkpointDir);
    for (let event = 0; event < 3; event += 1) await registry.publishEvent(draftOf(org));
    expect(await reader.verify(org)).toMatchObject({ firstBroken: { seq: 21 } });
    // Another chain gets its checkpoint meanwhile.
    await chainOf(3);
    expect((await reader.checkpoints(org)).data).toEqual(before);
  });

  it('costs less than ten seconds to find among 10,000 events', async () => {
    const org = await chainOf(10_000);
    await superuser.query('DELETE FROM event WHERE org = $1 AND seq = 9876', [org]);
    const start = performance.now();
    expect(await reader.verify(org)).toMatchObject({ firstBroken: { seq: 9876 } });
    const ms = performance.now() - start;
    console.log(`verified 10,000 events in ${Math.round(ms)} ms`);
    expect(ms).toBeLessThan(10_000);
  }, 120_000);
});
