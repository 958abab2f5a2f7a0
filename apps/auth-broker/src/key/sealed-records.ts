import type { UnitOfWork, Work } from '@pontage/persistence';
import type { SealedRow, SealedTable } from './sealed-tables.js';

/** SQL: the id of the master key that a record names, in hex; a record that was altered may hold anything there. */
const keyIdHex = `CASE WHEN length(sealed) > 2 THEN encode(substring(sealed FROM 3 FOR get_byte(sealed, 1)), 'hex') ELSE '' END`;

/** A record that was read, and what takes its place. */
export interface Renewal {
  readonly row: SealedRow;
  readonly by: Uint8Array;
}

/** The sealed records of all tables, in portions. */
export class SealedRecords {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** The organisations that have rows in a table, in order. */
  async organisationsOf(table: SealedTable): Promise<string[]> {
    return (await this.unitOfWork.ids(table.organisations)).sort();
  }

  /** Up to `limit` records behind a primary key, in its order; only those of other master keys than `exceptKey`, when it is given. */
  async portion(
    { manager }: Work,
    table: SealedTable,
    after: readonly string[] | null,
    exceptKey: string | undefined,
    limit: number,
  ): Promise<SealedRow[]> {
    const columns = table.key.map(([name]) => name).join(', ');
    const parameters: unknown[] = [...(after ?? [])];
    const behind = table.key.map(([, type], index) => `$${index + 1}::${type}`).join(', ');
    const conditions = ['sealed IS NOT NULL', ...(after === null ? [] : [`(${columns}) > (${behind})`])];
    if (exceptKey !== undefined) {
      parameters.push(Buffer.from(exceptKey).toString('hex'));
      conditions.push(`${keyIdHex} <> $${parameters.length}`);
    }
    return manager.query<SealedRow[]>(
      `SELECT sealed, ${table.version} AS version, ARRAY[${table.key.map(([name]) => `${name}::text`).join(', ')}] AS key
         FROM ${table.name} WHERE ${conditions.join(' AND ')} ORDER BY ${columns} LIMIT ${limit}`,
      parameters,
    );
  }

  /** Puts records in the place of those that were read; returns how many were still there. */
  async replace({ manager }: Work, table: SealedTable, renewals: readonly Renewal[]): Promise<number> {
    if (renewals.length === 0) return 0;
    const names = table.key.map(([name]) => name);
    const arrays = table.key.map(([, type], index) => `$${index + 3}::${type}[]`);
    const isRow = names.map((name) => `held.${name} = renewed.${name}`).join(' AND ');
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE ${table.name} AS held SET sealed = renewed.by
         FROM unnest($1::bytea[], $2::bytea[], ${arrays.join(', ')}) AS renewed (by, was, ${names.join(', ')})
        WHERE held.sealed = renewed.was AND ${isRow}`,
      [
        renewals.map(({ by }) => by),
        renewals.map(({ row }) => row.sealed),
        ...names.map((_, index) => renewals.map(({ row }) => row.key[index])),
      ],
    );
    return count;
  }

  /** How many records each master key wraps, by its id. */
  async countByKey(tables: readonly SealedTable[]): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const table of tables) {
      for (const org of await this.organisationsOf(table)) {
        const rows = await this.unitOfWork.run(org, ({ manager }) =>
          manager.query<{ key: string; records: number }[]>(
            `SELECT ${keyIdHex} AS key, count(*)::int AS records FROM ${table.name} WHERE sealed IS NOT NULL GROUP BY 1`,
          ),
        );
        for (const { key, records } of rows) {
          const id = Buffer.from(key, 'hex').toString('utf8');
          counts.set(id, (counts.get(id) ?? 0) + records);
        }
      }
    }
    return counts;
  }
}
