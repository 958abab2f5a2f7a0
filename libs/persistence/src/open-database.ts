import type { EventEmitter } from 'node:events';
import type { Logger } from '@pontage/telemetry';
import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { refusePrivilegedRole } from './database-role.js';

/** Where a service keeps its rows, and as whom it logs in. */
export interface DatabaseOptions {
  readonly url: string;
  /** The service's own schema. */
  readonly schema: string;
  readonly entities: readonly EntityTarget<ObjectLiteral>[];
  /** What the server's activity view calls this process. */
  readonly applicationName: string;
  /** Connections at most; 10 when absent. */
  readonly poolSize?: number;
  /** Hears of connections that broke while nobody used them. */
  readonly logger?: Logger;
}

/** The server ends a statement first; a server that was stopped ends nothing, so the client stops waiting, too. */
const connectMs = 3_000;
const statementMs = 3_500;
const answerMs = 4_000;

/**
 * Opens the pool of a service. Nothing is logged: statements carry what tenants keep.
 * @throws Error when the role is a superuser, has BYPASSRLS or owns tables (row-level security would not bind it)
 */
export async function openDatabase(options: DatabaseOptions): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    entities: options.entities as never[],
    applicationName: options.applicationName,
    poolSize: options.poolSize ?? 10,
    logging: false,
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    connectTimeoutMS: connectMs,
    poolErrorHandler: (error: unknown) => options.logger?.warn({ err: error }, 'an idle database connection broke'),
    extra: {
      query_timeout: answerMs,
      statement_timeout: statementMs,
      idle_in_transaction_session_timeout: 30_000,
      keepAlive: true,
      // Between the pool and whoever takes a connection out of it nobody listens for a moment, and an error that nobody hears ends the
      // process: as when a server that is killed says so in the same packet in which it lets us in.
      onConnect: (client: EventEmitter) => void client.on('error', () => undefined),
    },
  });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await refusePrivilegedRole(runner, options.schema);
  } catch (error) {
    await runner.release();
    await dataSource.destroy();
    throw error;
  }
  await runner.release();
  return dataSource;
}
