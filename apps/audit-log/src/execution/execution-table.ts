import type { Work } from '@pontage/persistence';
import { stageOf, type Execution } from './execution.js';

/** How long the gateway's word that no end came waits for the worker's. */
const closingMs = 1_000;
/** Longer than any query may take: what has not ended by then never will. */
const overdueMs = 150_000;

/** What is known of these executions, as far as anything is. */
export async function loadExecutions({ manager, org }: Work, ids: readonly string[]): Promise<Map<string, Execution>> {
  const rows = await manager.query<Row[]>(
    'SELECT id, parts FROM open_execution WHERE org = $1 AND id = ANY ($2::uuid[])',
    [org, ids],
  );
  return executionsOf(rows);
}

/** The executions whose time is up. */
export async function loadOverdue({ manager, org }: Work): Promise<Map<string, Execution>> {
  const rows = await manager.query<Row[]>(
    'SELECT id, parts FROM open_execution WHERE org = $1 AND due_at <= now() ORDER BY due_at LIMIT 1000',
    [org],
  );
  return executionsOf(rows);
}

/** True while the organisation has an execution whose end the gateway has told, and the record not yet. */
export async function hasClosing({ manager, org }: Work): Promise<boolean> {
  const rows = await manager.query<unknown[]>('SELECT FROM open_execution WHERE org = $1 AND closing LIMIT 1', [org]);
  return rows.length > 0;
}

/** Remembers executions until they end, or their time is up. Once that is near, another part does not put it off. */
export async function saveExecutions(
  { manager, org }: Work,
  executions: ReadonlyMap<string, Execution>,
): Promise<void> {
  if (executions.size === 0) return;
  const closing = [...executions.values()].map((execution) => stageOf(execution) === 'closing');
  await manager.query(
    `INSERT INTO open_execution (org, id, parts, closing, due_at)
       SELECT $1, id, parts, closing, now() + waits * interval '1 millisecond'
         FROM unnest($2::uuid[], $3::text[], $4::boolean[], $5::integer[]) AS given (id, parts, closing, waits)
     ON CONFLICT (org, id) DO UPDATE SET parts = excluded.parts, closing = excluded.closing, due_at = least(open_execution.due_at, excluded.due_at)`,
    [
      org,
      [...executions.keys()],
      [...executions.values()].map((execution) => JSON.stringify(execution)),
      closing,
      closing.map((isClosing) => (isClosing ? closingMs : overdueMs)),
    ],
  );
}

/** Forgets executions: they are events now. */
export async function forgetExecutions({ manager, org }: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await manager.query('DELETE FROM open_execution WHERE org = $1 AND id = ANY ($2::uuid[])', [org, ids]);
}

interface Row {
  readonly id: string;
  readonly parts: string;
}

const executionsOf = (rows: readonly Row[]): Map<string, Execution> =>
  new Map(rows.map(({ id, parts }) => [id, JSON.parse(parts) as Execution]));
