const ownOrganisation = `org = nullif(current_setting('app.org', true), '')::uuid`;

/**
 * SQL that binds a table to the organisation of the transaction, for everybody, its owner included. The table has a
 * column `org uuid NOT NULL`. Without an organisation there are no rows.
 */
export const tenantTable = (table: string): string => `
  ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
  ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
  CREATE POLICY organisation ON ${table} USING (${ownOrganisation}) WITH CHECK (${ownOrganisation});`;

/**
 * SQL for a lookup function that lists the organisations which have rows in a tenant table, by id. It is the only
 * thing that sees across organisations; the app role may call it and gets ids, nothing else.
 */
export const organisationsFunction = (name: string, table: string): string => `
  CREATE POLICY lookup ON ${table} FOR SELECT TO CURRENT_USER USING (true);
  CREATE FUNCTION ${name}() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT DISTINCT org FROM ${table} ORDER BY org $$;`;
