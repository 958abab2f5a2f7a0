import { organisationsFunction, tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How old secrets are, rotations that have not settled, and what has taken the place of retired credentials. */
export class CreateCredentialRotations1764900000000 implements MigrationInterface {
  readonly name = 'CreateCredentialRotations1764900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Without rotated_at the secrets are as old as the credential. reminded_due is the due date that was told of last.
      ALTER TABLE credential ADD COLUMN rotated_at timestamptz, ADD COLUMN reminded_due timestamptz;

      -- From the claim of the new credential until the one before is retired. It is installed once the resource names it.
      -- Accepted and refused count since the last answer of the other kind; quiet_from is since when there was no refusal.
      CREATE TABLE credential_rotation (
        credential_id uuid PRIMARY KEY REFERENCES credential (id) ON DELETE CASCADE,
        org uuid NOT NULL,
        resource_id uuid NOT NULL,
        previous_id uuid NOT NULL,
        retires uuid[] NOT NULL,
        requested_by jsonb NOT NULL,
        version integer NOT NULL DEFAULT 1,
        prefers text NOT NULL DEFAULT 'new',
        accepted integer NOT NULL DEFAULT 0,
        refused integer NOT NULL DEFAULT 0,
        began_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        installed_at timestamptz,
        accepted_at timestamptz,
        refused_at timestamptz,
        quiet_from timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX credential_rotation_previous ON credential_rotation (org, previous_id);
      ${tenantTable('credential_rotation')}
      ${organisationsFunction('credential_rotation_organisations', 'credential_rotation')}

      -- What is left of a credential whose secrets are gone.
      CREATE TABLE retired_credential (
        id uuid PRIMARY KEY,
        org uuid NOT NULL,
        resource_id uuid NOT NULL,
        successor_id uuid NOT NULL,
        retired_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX retired_credential_resource ON retired_credential (org, resource_id);
      ${tenantTable('retired_credential')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE retired_credential;
      DROP FUNCTION credential_rotation_organisations();
      DROP TABLE credential_rotation;
      ALTER TABLE credential DROP COLUMN rotated_at, DROP COLUMN reminded_due;`);
  }
}
