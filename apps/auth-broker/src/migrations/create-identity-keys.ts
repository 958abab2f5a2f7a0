import { organisationsFunction, tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys that identities are signed with, sealed. */
export class CreateIdentityKeys1764800000000 implements MigrationInterface {
  readonly name = 'CreateIdentityKeys1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- They are of the whole installation; its organisation is the one that nobody belongs to, with the nil id.
      CREATE TABLE identity_key (
        id uuid PRIMARY KEY,
        org uuid NOT NULL,
        public_key jsonb NOT NULL,
        sealed bytea NOT NULL,
        signs_from timestamptz NOT NULL
      );
      ${tenantTable('identity_key')}
      ${organisationsFunction('identity_key_organisations', 'identity_key')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION identity_key_organisations();
      DROP TABLE identity_key;`);
  }
}
