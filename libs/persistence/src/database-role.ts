import type { QueryRunner } from 'typeorm';

interface RoleFacts {
  readonly role: string;
  readonly above: boolean;
  readonly owned: string | null;
  readonly migrated: boolean;
}

/** Both the role that logged in and the one in force count: either can be taken back with RESET ROLE. */
const roleFacts = `
  SELECT current_user AS role,
         (SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname IN (current_user, session_user)) AS above,
         (SELECT min(relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
           WHERE relkind IN ('r', 'p') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
             AND (pg_has_role(current_user, relowner, 'MEMBER') OR pg_has_role(session_user, relowner, 'MEMBER'))) AS owned,
         EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
           WHERE nspname = $1 AND relname = 'outbox' AND has_schema_privilege(nspname, 'USAGE')) AS migrated`;

/**
 * Makes sure that row-level security binds this login.
 * @throws Error when the role is a superuser, has BYPASSRLS or owns a table, and when the schema was not migrated
 */
export async function refusePrivilegedRole(runner: QueryRunner, schema: string): Promise<void> {
  const { role, above, owned, migrated } = await factsOf(runner, schema);
  if (above) {
    throw new Error(
      `database role "${role}" is a superuser or has BYPASSRLS: row-level security would not bind it. Use the service's own role.`,
    );
  }
  if (owned !== null) {
    throw new Error(
      `database role "${role}" owns tables ("${owned}"): it could switch row-level security off. Use the service's own role.`,
    );
  }
  if (!migrated)
    throw new Error(`schema "${schema}" is not there, or "${role}" may not use it: run the migration first.`);
}

/** @throws Error when the role that migrates passes row-level security: the functions that it owns would, too */
export async function refuseSuperuser(runner: QueryRunner): Promise<void> {
  const { role, above } = await factsOf(runner, 'public');
  if (above)
    throw new Error(`database role "${role}" is a superuser or has BYPASSRLS: migrate with the plain owner role.`);
}

async function factsOf(runner: QueryRunner, schema: string): Promise<RoleFacts> {
  const [facts] = (await runner.query(roleFacts, [schema])) as RoleFacts[];
  if (facts === undefined) throw new Error('the database does not know its own roles');
  return facts;
}
