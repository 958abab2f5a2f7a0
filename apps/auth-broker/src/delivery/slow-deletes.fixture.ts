import type { BrokerStack } from '../broker.fixture.js';

const tooLate = `RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014'`;

/** As if a statement that deletes two thousand rows of a table, or more, took longer than it may. */
export async function refuseLargeDeletes(stack: BrokerStack, table: string): Promise<void> {
  await stack.sql(`
    CREATE FUNCTION refuse_large_deletes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT count(*) FROM gone) >= 2000 THEN ${tooLate}; END IF; RETURN NULL; END $$;
    CREATE TRIGGER refuse_large_deletes AFTER DELETE ON ${table} REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_large_deletes()`);
}

/** As if every statement that deletes rows of an organisation took longer than it may. */
export async function refuseDeletesOf(stack: BrokerStack, table: string, org: string): Promise<void> {
  await stack.sql(`
    CREATE FUNCTION refuse_deletes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${tooLate}; END $$;
    CREATE TRIGGER refuse_deletes BEFORE DELETE ON ${table}
      FOR EACH ROW WHEN (OLD.org = '${org}') EXECUTE FUNCTION refuse_deletes()`);
}

/** Ends what was refused. */
export async function allowDeletes(stack: BrokerStack): Promise<void> {
  await stack.sql('DROP FUNCTION IF EXISTS refuse_large_deletes, refuse_deletes CASCADE');
}
