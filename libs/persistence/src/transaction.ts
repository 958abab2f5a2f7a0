import { unavailable } from '@pontage/problems';
import type { Client } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { databaseFault, sqlState } from './sql-fault.js';

/**
 * Runs `fn` in one transaction, as the given organisation or as none. The setting is local to the transaction: one of
 * the session would leak to whoever gets the pooled connection next.
 * @throws Problem `unavailable` when the database cannot be reached or does not keep up
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  org: string | null,
  fn: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const runner = await connected(dataSource);
  try {
    await runner.startTransaction();
    await runner.query(`SELECT set_config('app.org', $1, true), set_config('search_path', $2, true)`, [
      org ?? '',
      searchPath(dataSource),
    ]);
    const result = await fn(runner);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    await abandon(runner, error);
    throw databaseFault(error);
  } finally {
    await runner.release();
  }
}

/** Whatever keeps us from a connection (no server, wrong password, too many of us) is for the operator, not for the caller. */
async function connected(dataSource: DataSource): Promise<QueryRunner> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.connect();
    return runner;
  } catch (cause) {
    throw unavailable({}, { cause, note: 'no connection to the database' });
  }
}

/** What `SET search_path` takes: the service's schema, and temporary tables last, where nobody can slip one in front. */
function searchPath(dataSource: DataSource): string {
  const { options } = dataSource;
  const schema = 'schema' in options ? options.schema : undefined;
  if (schema === undefined) throw new Error('the data source has no schema');
  return `"${schema}", pg_temp`;
}

/** A statement that is still running would be waited for by ROLLBACK, so its connection is closed instead. */
async function abandon(runner: QueryRunner, error: unknown): Promise<void> {
  if (!runner.isTransactionActive || runner.isReleased) return;
  try {
    if (isQuiet(error)) return await runner.rollbackTransaction();
  } catch {
    // The connection is gone, and the transaction with it.
  }
  const connection = (await runner.connect()) as Client;
  await connection.end().catch(() => undefined);
}

/** True unless the driver, not the server, gave up on a statement. */
const isQuiet = (error: unknown): boolean => sqlState(error) !== undefined || !isDriverFault(error);
const isDriverFault = (error: unknown): boolean => error instanceof Error && error.name === 'QueryFailedError';
