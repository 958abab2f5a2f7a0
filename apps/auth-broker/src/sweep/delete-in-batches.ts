import type { UnitOfWork } from '@pontage/persistence';

/** So few that a slow disk, too, has deleted them well before the time of a statement is over. */
const batch = 1_000;

/** Which rows are to go. All of it is SQL of ours. */
export interface Doomed {
  readonly table: string;
  /** The column that tells rows apart. */
  readonly key: string;
  readonly which: string;
  /** The column that says which go first. With an index for it, a batch reads what it deletes and no more. */
  readonly order: string;
  readonly parameters?: readonly string[];
}

/**
 * Deletes rows of an organisation, a batch in each transaction: what is deleted stays deleted, however many there are.
 * Rows that somebody holds are left. Returns how many were deleted.
 * @param until the time, in milliseconds of the epoch, from which on no further batch is begun
 */
export async function deleteInBatches(
  unitOfWork: UnitOfWork,
  org: string,
  { table, key, which, order, parameters = [] }: Doomed,
  until = Infinity,
): Promise<number> {
  // Rows in an array are looked up one by one; with IN the planner may choose to read the whole table for them.
  const statement = `DELETE FROM ${table} WHERE ${key} = ANY (ARRAY(
    SELECT ${key} FROM ${table} WHERE ${which} ORDER BY ${order} LIMIT ${batch} FOR UPDATE SKIP LOCKED))`;
  let deleted = 0;
  for (;;) {
    const [, count] = await unitOfWork.run(org, ({ manager }) =>
      manager.query<[unknown[], number]>(statement, [...parameters]),
    );
    deleted += count;
    if (count < batch || Date.now() >= until) return deleted;
  }
}
