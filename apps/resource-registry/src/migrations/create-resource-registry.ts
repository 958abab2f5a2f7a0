import { organisationsFunction, tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** References carry the organisation along, so that no row can name another organisation's. */
const tables = `
  CREATE TABLE organisation (
    id uuid PRIMARY KEY,
    org uuid NOT NULL CHECK (org = id),
    name text COLLATE "C" NOT NULL CONSTRAINT organisation_name UNIQUE,
    default_region text NOT NULL,
    environments text[] NOT NULL,
    embed json NOT NULL,
    open_resources boolean NOT NULL,
    bootstrapped boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL
  );
  CREATE UNIQUE INDEX organisation_bootstrapped ON organisation (bootstrapped) WHERE bootstrapped;

  CREATE TABLE api_token (
    id uuid PRIMARY KEY,
    org uuid NOT NULL REFERENCES organisation (id),
    hash text NOT NULL CONSTRAINT api_token_hash UNIQUE,
    name text COLLATE "C" NOT NULL,
    description text NOT NULL,
    scopes text[] NOT NULL,
    group_ids integer[],
    expires_at timestamptz(3),
    bootstrapped boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    created_by text NOT NULL,
    revoked_at timestamptz(3)
  );
  CREATE INDEX api_token_page ON api_token (org, name, id) WHERE revoked_at IS NULL;

  CREATE TABLE access_group (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org uuid NOT NULL REFERENCES organisation (id),
    name text COLLATE "C" NOT NULL,
    all_apps text NOT NULL,
    all_resources text NOT NULL,
    version integer NOT NULL,
    CONSTRAINT access_group_name UNIQUE (org, name),
    UNIQUE (org, id)
  );

  CREATE TABLE config_variable (
    org uuid NOT NULL REFERENCES organisation (id),
    name text COLLATE "C" NOT NULL,
    environment text COLLATE "C" NOT NULL,
    value text NOT NULL,
    deleted boolean NOT NULL,
    version integer NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    PRIMARY KEY (org, name, environment)
  );

  CREATE TABLE resource (
    id uuid PRIMARY KEY,
    org uuid NOT NULL REFERENCES organisation (id),
    name text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    CONSTRAINT resource_name UNIQUE (org, name),
    UNIQUE (org, id)
  );
  CREATE TABLE resource_version (
    org uuid NOT NULL,
    resource_id uuid NOT NULL,
    version integer NOT NULL,
    settings json NOT NULL,
    credential_id uuid,
    authentication json NOT NULL,
    saved_at timestamptz(3) NOT NULL,
    saved_by json NOT NULL,
    PRIMARY KEY (org, resource_id, version),
    FOREIGN KEY (org, resource_id) REFERENCES resource (org, id) ON DELETE CASCADE
  );

  CREATE TABLE app (
    uuid uuid PRIMARY KEY,
    org uuid NOT NULL REFERENCES organisation (id),
    name text COLLATE "C" NOT NULL,
    description text NOT NULL,
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    CONSTRAINT app_name UNIQUE (org, name),
    UNIQUE (org, uuid)
  );

  CREATE TABLE saved_query (
    org uuid NOT NULL,
    app uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    resource_id uuid,
    request json NOT NULL,
    params json NOT NULL,
    version integer NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    PRIMARY KEY (org, app, name),
    FOREIGN KEY (org, app) REFERENCES app (org, uuid) ON DELETE CASCADE,
    CONSTRAINT saved_query_resource FOREIGN KEY (org, resource_id) REFERENCES resource (org, id)
  );
  CREATE INDEX saved_query_by_resource ON saved_query (org, resource_id);

  CREATE TABLE group_app (
    org uuid NOT NULL,
    group_id integer NOT NULL,
    app uuid NOT NULL,
    access text NOT NULL,
    PRIMARY KEY (org, group_id, app),
    FOREIGN KEY (org, group_id) REFERENCES access_group (org, id) ON DELETE CASCADE,
    CONSTRAINT group_app_app FOREIGN KEY (org, app) REFERENCES app (org, uuid) ON DELETE CASCADE
  );
  CREATE INDEX group_app_by_app ON group_app (org, app);

  CREATE TABLE group_resource (
    org uuid NOT NULL,
    group_id integer NOT NULL,
    resource_id uuid NOT NULL,
    access text NOT NULL,
    PRIMARY KEY (org, group_id, resource_id),
    FOREIGN KEY (org, group_id) REFERENCES access_group (org, id) ON DELETE CASCADE,
    CONSTRAINT group_resource_resource FOREIGN KEY (org, resource_id) REFERENCES resource (org, id) ON DELETE CASCADE
  );
  CREATE INDEX group_resource_by_resource ON group_resource (org, resource_id);`;

const tenantTables = [
  'organisation',
  'api_token',
  'access_group',
  'config_variable',
  'resource',
  'resource_version',
  'app',
  'saved_query',
  'group_app',
  'group_resource',
];

/** The first shape of the registry's schema. */
export class CreateResourceRegistry1763700000000 implements MigrationInterface {
  readonly name = 'CreateResourceRegistry1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${tables}
      ${tenantTables.map(tenantTable).join('\n')}
      ${organisationsFunction('organisation_ids', 'organisation')}
      CREATE FUNCTION bootstrapped_organisation() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$ SELECT id FROM organisation WHERE bootstrapped $$;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION bootstrapped_organisation();
      DROP FUNCTION organisation_ids();
      DROP TABLE ${[...tenantTables].reverse().join(', ')};`);
  }
}
