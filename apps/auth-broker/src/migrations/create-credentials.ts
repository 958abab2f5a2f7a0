import { organisationsFunction, tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Drafts, credentials, their grants, and each organisation's key for fingerprints. What is secret is sealed before it comes here. */
export class CreateCredentials1763700000000 implements MigrationInterface {
  readonly name = 'CreateCredentials1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE draft (
        id uuid PRIMARY KEY,
        org uuid NOT NULL,
        method text NOT NULL,
        settings jsonb NOT NULL,
        kept text[] NOT NULL,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX draft_age ON draft (org, created_at);
      ${tenantTable('draft')}
      ${organisationsFunction('draft_organisations', 'draft')}

      CREATE TABLE credential (
        id uuid PRIMARY KEY,
        org uuid NOT NULL,
        resource_id uuid NOT NULL,
        method text NOT NULL,
        settings jsonb NOT NULL,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX credential_resource ON credential (org, resource_id);
      ${tenantTable('credential')}

      -- One row per credential and environment, from the first attempt on. An attempt in the air has an owner and an
      -- end; the version counts the grants and is what a landing attempt is compared with.
      CREATE TABLE issued_grant (
        credential_id uuid NOT NULL CONSTRAINT issued_grant_credential REFERENCES credential (id) ON DELETE CASCADE,
        environment text NOT NULL,
        org uuid NOT NULL,
        version integer NOT NULL DEFAULT 0,
        input text,
        sealed bytea,
        acquired_at timestamptz,
        expires_at timestamptz,
        destination text,
        renewals integer NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        retry_at timestamptz,
        problem jsonb,
        flight_owner uuid,
        flight_until timestamptz,
        PRIMARY KEY (credential_id, environment)
      );
      ${tenantTable('issued_grant')}

      CREATE TABLE fingerprint_key (
        org uuid PRIMARY KEY,
        sealed bytea NOT NULL
      );
      ${tenantTable('fingerprint_key')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE fingerprint_key, issued_grant, credential;
      DROP FUNCTION draft_organisations();
      DROP TABLE draft;`);
  }
}
