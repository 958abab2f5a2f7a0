import { DataSource, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { CreateOutbox1700000000000 } from './create-outbox.js';
import { refuseSuperuser } from './database-role.js';

/** Which schema is brought up to date, by whom, and for whom. */
export interface MigrateOptions {
  /** The URL of the role that owns the schemas. */
  readonly ownerUrl: string;
  readonly schema: string;
  /** The service's login role: it gets the use of the tables, and owns nothing. */
  readonly appRole: string;
  /** Classes whose names end in a timestamp, as TypeORM wants them. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Tables whose rows the service may add and read, but neither change nor delete. */
  readonly appendOnly?: readonly string[];
}

/** TypeORM's own record of what ran. */
const record = 'migrations';

/**
 * Brings a service's schema up to date and grants its role the use of it, in one transaction. Running it again changes nothing.
 * @throws Error when a table has no organisation or no forced row-level security
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const { ownerUrl, schema } = options;
  const dataSource = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    schema,
    applicationName: `migrate ${schema}`,
    migrations: [CreateOutbox1700000000000, ...options.migrations],
    migrationsTableName: record,
    logging: false,
    installExtensions: false,
    connectTimeoutMS: 5_000,
    extra: { options: `-c search_path=${schema},pg_temp` },
  });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`migrate ${schema}`]);
    await refuseSuperuser(runner);
    await runner.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
    await new MigrationExecutor(dataSource, runner).executePendingMigrations();
    await refuseUnbound(runner, schema);
    await grant(runner, options);
    await runner.commitTransaction();
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}

async function refuseUnbound(runner: QueryRunner, schema: string): Promise<void> {
  const unbound = (await runner.query(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = to_regnamespace(quote_ident($1)) AND relkind IN ('r', 'p') AND relname <> $2
        AND NOT (relrowsecurity AND relforcerowsecurity
          AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'org' AND attnotnull))`,
    [schema, record],
  )) as { name: string }[];
  if (unbound.length === 0) return;
  throw new Error(`no forced row-level security by organisation on: ${unbound.map(({ name }) => name).join(', ')}`);
}

async function grant(runner: QueryRunner, { schema, appRole, appendOnly = [] }: MigrateOptions): Promise<void> {
  const within = quoted(schema);
  const role = quoted(appRole);
  await runner.query(`
    REVOKE ALL ON SCHEMA ${within} FROM PUBLIC;
    GRANT USAGE ON SCHEMA ${within} TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${within} TO ${role};
    REVOKE ALL ON ${within}.${quoted(record)} FROM ${role};
    ${appendOnly.map((table) => `REVOKE UPDATE, DELETE ON ${within}.${quoted(table)} FROM ${role};`).join('\n')}
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${within} TO ${role};
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ${within} FROM PUBLIC;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${within} TO ${role};`);
}

function quoted(identifier: string): string {
  if (!/^[a-z_][a-z0-9_]*$/.test(identifier)) throw new TypeError(`${identifier} is not a plain identifier`);
  return `"${identifier}"`;
}
