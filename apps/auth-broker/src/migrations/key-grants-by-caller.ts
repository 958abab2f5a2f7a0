import { organisationsFunction } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Grants that belong to one caller each. Those that are there already serve everybody. */
export class KeyGrantsByCaller1764300000000 implements MigrationInterface {
  readonly name = 'KeyGrantsByCaller1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Whose: the caller's name, and empty for a grant that serves everybody. Verified is what the verification URL said
      -- of the grant last. A row that is there to be forgotten says from when on.
      ALTER TABLE issued_grant
        ADD COLUMN caller text NOT NULL DEFAULT '',
        ADD COLUMN verified boolean,
        ADD COLUMN forget_at timestamptz,
        DROP CONSTRAINT issued_grant_pkey,
        ADD PRIMARY KEY (credential_id, environment, caller);
      CREATE INDEX issued_grant_forgotten ON issued_grant (org, forget_at) WHERE forget_at IS NOT NULL;
      ${organisationsFunction('issued_grant_organisations', 'issued_grant')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION issued_grant_organisations();
      DROP POLICY lookup ON issued_grant;
      DELETE FROM issued_grant WHERE caller <> '';
      ALTER TABLE issued_grant
        DROP CONSTRAINT issued_grant_pkey,
        DROP COLUMN caller, DROP COLUMN verified, DROP COLUMN forget_at,
        ADD PRIMARY KEY (credential_id, environment);`);
  }
}
