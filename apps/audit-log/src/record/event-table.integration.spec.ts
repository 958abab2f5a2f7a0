import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { openDatabase, UnitOfWork } from '@pontage/persistence';
import { auditDraft } from '@pontage/contracts/events';
import { createLogger } from '@pontage/telemetry';
import { startStack } from '@pontage/testkit';
import { schema } from '../settings.js';
import { connectSuperuser } from '../testing/audit-log-reader.js';
import { migrateAuditLog } from '../testing/audit-log-process.js';
import { draftOf } from '../testing/events.js';
import { Ledger } from './ledger.js';

it('what a batch costs does not grow with the record, also while nobody has analysed its table', async () => {
  await using stack = await startStack();
  migrateAuditLog(stack);
  const logger = createLogger('spec', 'silent');
  const url = stack.databaseUrl('audit_log');
  const database = await openDatabase({ url, schema, entities: [], applicationName: 'test', logger });
  const nothing = () => Promise.reject(new Error('nothing is announced here'));
  const unitOfWork = new UnitOfWork(database, { publishEvent: nothing }, { put: nothing });
  const superuser = await connectSuperuser(stack);
  try {
    await superuser.query('ALTER TABLE event SET (autovacuum_enabled = false)');
    const org = randomUUID();
    const ledger = new Ledger(unitOfWork);
    const take = async (count: number): Promise<number> => {
      const before = await rowsRead();
      const drafts = Array.from({ length: count }, () => auditDraft.parse(draftOf(org)));
      await ledger.take(
        org,
        drafts.map((draft) => ({ kind: 'event', draft })),
      );
      return (await rowsRead()) - before;
    };
    const rowsRead = async (): Promise<number> => {
      await unitOfWork.run(org, ({ manager }) => manager.query('SELECT pg_stat_force_next_flush()'));
      const { rows } = await superuser.query<{ read: string }>(
        `SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'event') + seq_tup_read AS read
           FROM pg_stat_user_tables WHERE relname = 'event'`,
      );
      return Number(rows[0]?.read ?? 0);
    };
    for (let batch = 0; batch < 10; batch += 1) await take(1_000);
    expect(await take(500)).toBeLessThan(2_000);
  } finally {
    await superuser.end();
    await unitOfWork.close();
  }
}, 60_000);
