import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Child } from '../children/child.js';
import type { LoadResult } from '../load/load-request.js';
import type { Targets } from '../targets/start-targets.js';
import { measuredTarget } from './groups.js';

/** What the database has to do for warm requests. */
export interface Statements {
  /** Transactions per request, beyond those of a system at rest, while audit-log is stopped: those of the query path. */
  readonly perRequest: number;
  /** The same with audit-log at work, which copies the record in batches. */
  readonly perRequestWithCopy: number;
}

const windowMs = 3_000;
const connections = 16;

/** Counts transactions at rest and under load. */
export async function countStatements(load: Child, targets: Targets): Promise<Statements> {
  const { pontage } = targets.pontage;
  const client = new pg.Client({ connectionString: pontage.processes().databaseUrl });
  await client.connect();
  const { pid: auditLog } = pontage.processOf('audit-log');
  try {
    const withCopy = await beyondRest(client, load, targets);
    process.kill(auditLog, 'SIGSTOP');
    return { perRequest: await beyondRest(client, load, targets), perRequestWithCopy: withCopy };
  } finally {
    process.kill(auditLog, 'SIGCONT');
    await client.end();
  }
}

async function beyondRest(client: pg.Client, load: Child, targets: Targets): Promise<number> {
  await load.ask({ type: 'open', request: measuredTarget(targets).requestFor('1k'), connections, warmMs: 300 });
  await sleep(windowMs);
  const begin = await transactions(client);
  await sleep(windowMs);
  const rested = await transactions(client);
  const { answers } = await load.ask<LoadResult>({ type: 'run', forMs: windowMs });
  const worked = await transactions(client);
  await load.ask({ type: 'close' });
  const perMsAtRest = (rested.count - begin.count) / (rested.atMs - begin.atMs);
  return (worked.count - rested.count - perMsAtRest * (worked.atMs - rested.atMs)) / answers;
}

/** Backends report what they did once a second at most. */
const reportedWithinMs = 1_200;

async function transactions(client: pg.Client): Promise<{ count: number; atMs: number }> {
  await sleep(reportedWithinMs);
  await client.query('SELECT pg_stat_clear_snapshot()');
  const { rows } = await client.query<{ count: string }>(
    'SELECT xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()',
  );
  return { count: Number(rows[0]?.count ?? 0), atMs: performance.now() };
}
