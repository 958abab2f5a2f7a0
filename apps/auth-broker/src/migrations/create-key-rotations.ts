import { organisationsFunction, tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rotations of master and data keys, and what one needs to find every sealed record. */
export class CreateKeyRotations1763800000000 implements MigrationInterface {
  readonly name = 'CreateKeyRotations1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${organisationsFunction('credential_organisations', 'credential')}
      ${organisationsFunction('fingerprint_key_organisations', 'fingerprint_key')}

      -- A rotation is of the whole installation; its organisation is that of the operator who asked for it. Position is
      -- how far it has come, so that another process goes on where a killed one stopped.
      CREATE TABLE key_rotation (
        id uuid PRIMARY KEY,
        org uuid NOT NULL,
        depth text NOT NULL,
        key_id text NOT NULL,
        requested_by jsonb NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        finished_at timestamptz,
        records integer NOT NULL DEFAULT 0,
        unreadable integer NOT NULL DEFAULT 0,
        position jsonb,
        held_by uuid,
        held_until timestamptz
      );
      ${tenantTable('key_rotation')}
      ${organisationsFunction('key_rotation_organisations', 'key_rotation')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION key_rotation_organisations();
      DROP TABLE key_rotation;
      DROP FUNCTION fingerprint_key_organisations();
      DROP FUNCTION credential_organisations();
      DROP POLICY lookup ON fingerprint_key;
      DROP POLICY lookup ON credential;`);
  }
}
