import { genesis, type Head } from '@pontage/audit-chain';
import type { Work } from '@pontage/persistence';
import { columnNames, columnTexts, columnTypes, type EventColumns } from './event-columns.js';

/** A condition of SQL whose `?` stand for its values, in their order. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** Makes this transaction the only one that writes the organisation's chain, until it ends. */
export async function lockChain({ manager, org }: Work): Promise<void> {
  await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('audit chain ' || $1, 0))`, [org]);
}

/** How far the organisation's chain reaches. */
export async function headOf({ manager, org }: Work): Promise<Head> {
  const rows = await manager.query<{ seq: string; hash: string }[]>(
    'SELECT seq, hash FROM event WHERE org = $1 ORDER BY seq DESC LIMIT 1',
    [org],
  );
  return rows[0] === undefined ? genesis(org) : { seq: Number(rows[0].seq), hash: rows[0].hash };
}

/**
 * Which of these events the chain holds already. Each is looked for by itself: of a list the planner believes that going
 * through all of the organisation's events is cheaper, until somebody has analysed a table that grows all the time.
 */
export async function knownIds({ manager, org }: Work, ids: readonly string[]): Promise<Set<string>> {
  const rows = await manager.query<{ id: string }[]>(
    `SELECT asked.id FROM unnest($2::uuid[]) AS asked (id),
       LATERAL (SELECT FROM event WHERE event.org = $1 AND event.id = asked.id LIMIT 1) AS found`,
    [org, ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Appends events, all in one statement. */
export async function insertEvents({ manager, org }: Work, rows: readonly EventColumns[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = columnNames.map((name, index) => `$${index + 2}::${columnTypes[name]}[]`).join(', ');
  await manager.query(`INSERT INTO event (org, ${columnNames.join(', ')}) SELECT $1, * FROM unnest(${columns})`, [
    org,
    ...columnNames.map((name) => rows.map((row) => row[name])),
  ]);
}

/** The rows that meet every condition, in the order of the chain or against it. */
export async function selectEvents(
  work: Work,
  conditions: readonly Condition[],
  order: 'asc' | 'desc',
  limit: number,
): Promise<EventColumns[]> {
  const values: unknown[] = [work.org];
  const met = conditions.map(({ sql, values: given }) => {
    let place = values.length;
    values.push(...given);
    return `(${sql.replaceAll('?', () => `$${(place += 1)}`)})`;
  });
  return work.manager.query<EventColumns[]>(
    `SELECT ${columnTexts} FROM event WHERE ${['org = $1', ...met].join(' AND ')} ORDER BY event.seq ${order} LIMIT ${limit}`,
    values,
  );
}
