import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { bundleOf } from './bundles.js';
import { commonEnvironment } from './service-plan.js';

const run = promisify(execFile);
const stateful = ['resource-registry', 'auth-broker', 'embed-session', 'audit-log'];

/**
 * Runs the services' migrations as the owner, unless the database says that these very ones ran last.
 * @param adminUrl may comment on the database, which is where the stamp is
 * @returns true when they ran
 */
export async function runMigrations(adminUrl: string, ownerUrl: string): Promise<boolean> {
  const bundles = stateful.map((app) => bundleOf(app, 'migrate'));
  const stamp = `migrated ${bundles.reduce((hash, bundle) => hash.update(readFileSync(bundle)), createHash('sha256')).digest('hex')}`;
  const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
  // Said by a server that is stopped meanwhile; the query in hand fails with it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    if ((await stampOf(client)) === stamp) return false;
    await Promise.all(bundles.map((bundle) => migrate(bundle, ownerUrl)));
    await client.query(`COMMENT ON DATABASE ${escapeIdentifier(client.database ?? '')} IS ${escapeLiteral(stamp)}`);
    return true;
  } finally {
    await client.end();
  }
}

async function stampOf(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ stamp: string | null }>(
    `SELECT shobj_description(oid, 'pg_database') AS stamp FROM pg_database WHERE datname = current_database()`,
  );
  return rows[0]?.stamp ?? null;
}

async function migrate(bundle: string, ownerUrl: string): Promise<void> {
  const env = { ...commonEnvironment(), PONTAGE_DATABASE_OWNER_URL: ownerUrl };
  try {
    await run(process.execPath, [bundle], { env });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(`the migrations of ${bundle} failed: ${stderr.trim().slice(-1500)}`, { cause: error });
  }
}
