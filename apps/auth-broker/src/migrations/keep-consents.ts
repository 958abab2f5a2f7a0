import { organisationsFunction, tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sign-ins that people have begun, grants that came of them, and what happens to every grant. */
export class KeepConsents1765000000000 implements MigrationInterface {
  readonly name = 'KeepConsents1765000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Owner is who the caller is, for people to read. Scope is what a grant is good for that somebody agreed to; the
      -- others have none. Used is when, and which version, a proxy was lent last. A grant that is kept fresh without
      -- anybody asking for it says from when on, and who needed it last says where from.
      ALTER TABLE issued_grant
        ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
        ADD COLUMN owner jsonb,
        ADD COLUMN region text,
        ADD COLUMN scope text,
        ADD COLUMN is_refreshable boolean NOT NULL DEFAULT false,
        ADD COLUMN issued_at timestamptz,
        ADD COLUMN used_at timestamptz,
        ADD COLUMN used_version integer,
        ADD COLUMN refresh_at timestamptz;
      CREATE UNIQUE INDEX issued_grant_id ON issued_grant (id);
      CREATE INDEX issued_grant_due ON issued_grant (refresh_at) WHERE refresh_at IS NOT NULL;
      CREATE FUNCTION due_grant_organisations() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$ SELECT DISTINCT org FROM issued_grant WHERE refresh_at <= now() $$;

      -- What happened to a grant stays when the credential is replaced by another one of the same resource.
      CREATE TABLE grant_event (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        org uuid NOT NULL,
        resource_id uuid NOT NULL,
        environment text NOT NULL,
        caller text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        event text NOT NULL,
        version integer NOT NULL,
        trigger text,
        detail text,
        expires_at timestamptz
      );
      CREATE INDEX grant_event_of ON grant_event (org, resource_id, environment, caller, seq DESC);
      CREATE INDEX grant_event_age ON grant_event (org, at);
      ${tenantTable('grant_event')}
      ${organisationsFunction('grant_event_organisations', 'grant_event')}

      -- Handle, state and browser are known by their SHA-256 (hex). The first browser that opens a sign-in has it.
      CREATE TABLE consent (
        id uuid PRIMARY KEY,
        org uuid NOT NULL,
        credential_id uuid NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
        resource_id uuid NOT NULL,
        resource_name text NOT NULL,
        environment text NOT NULL,
        region text NOT NULL,
        caller text NOT NULL,
        begun_by jsonb NOT NULL,
        handle_hash text NOT NULL,
        state_hash text NOT NULL,
        browser_hash text,
        redirect_uri text NOT NULL,
        return_to text,
        sealed bytea NOT NULL,
        begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        completed_at timestamptz
      );
      CREATE UNIQUE INDEX consent_handle ON consent (org, handle_hash);
      CREATE UNIQUE INDEX consent_state ON consent (org, state_hash);
      CREATE INDEX consent_caller ON consent (credential_id, environment, caller);
      CREATE INDEX consent_age ON consent (org, begun_at);
      ${tenantTable('consent')}
      ${organisationsFunction('consent_organisations', 'consent')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION consent_organisations();
      DROP TABLE consent;
      DROP FUNCTION grant_event_organisations();
      DROP TABLE grant_event;
      DROP FUNCTION due_grant_organisations();
      ALTER TABLE issued_grant
        DROP COLUMN id, DROP COLUMN owner, DROP COLUMN region, DROP COLUMN scope, DROP COLUMN is_refreshable, DROP COLUMN issued_at,
        DROP COLUMN used_at, DROP COLUMN used_version, DROP COLUMN refresh_at;`);
  }
}
