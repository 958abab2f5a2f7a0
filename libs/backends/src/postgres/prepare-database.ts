import { Client, escapeIdentifier as id, escapeLiteral as literal } from 'pg';
import type { Passwords } from '../passwords/keep-passwords.js';

/** Owns the schemas and runs the migrations; no service logs in as this role. */
export const ownerRole = 'pontage_owner';
/** The login role of each service that keeps state; each finds its schema under the same name. */
export const serviceRoles = ['resource_registry', 'auth_broker', 'embed_session', 'audit_log'] as const;
/** Every role that a database of ours has. */
export const databaseRoles = [ownerRole, ...serviceRoles] as const;
export const databaseName = 'pontage';

/**
 * Makes the roles (none of them superuser, none passing row-level security) and the database, as far as they are
 * missing, and sets the roles' passwords.
 * @param adminUrl a login that may create roles and databases
 */
export async function prepareDatabase(adminUrl: string, passwords: Passwords, database = databaseName): Promise<void> {
  const client = await connect(adminUrl);
  try {
    for (const role of databaseRoles) await makeRole(client, role, passwords[role] ?? '');
    await makeDatabase(client, database);
  } finally {
    await client.end();
  }
}

/** Logs in to the database of the URL, or beside it while it does not exist. */
async function connect(adminUrl: string): Promise<Client> {
  const login = async (connectionString: string): Promise<Client> => {
    const client = new Client({ connectionString, application_name: 'pontage-setup', connectionTimeoutMillis: 5_000 });
    // Said by a server that is stopped meanwhile; the query in hand fails with it.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  try {
    return await login(adminUrl);
  } catch (error) {
    if ((error as { code?: string }).code !== noSuchDatabase) throw error;
    const beside = new URL(adminUrl);
    beside.pathname = '/postgres';
    return login(beside.href);
  }
}

/** SQLSTATE. */
const noSuchDatabase = '3D000';

async function makeRole(client: Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  await client.query(
    `${verb} ROLE ${id(role)} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD ${literal(password)}`,
  );
}

async function makeDatabase(client: Client, database: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
  if (rowCount === 0) await client.query(`CREATE DATABASE ${id(database)}`);
  await client.query(`REVOKE ALL ON DATABASE ${id(database)} FROM PUBLIC`);
  await client.query(`GRANT CREATE, TEMPORARY, CONNECT ON DATABASE ${id(database)} TO ${id(ownerRole)}`);
  await client.query(`GRANT CONNECT ON DATABASE ${id(database)} TO ${serviceRoles.map(id).join(', ')}`);
}
