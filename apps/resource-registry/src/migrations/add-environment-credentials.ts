import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The broker's names for the credentials that environments have of their own. */
export class AddEnvironmentCredentials1764000000000 implements MigrationInterface {
  readonly name = 'AddEnvironmentCredentials1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE resource_version ADD COLUMN environment_credentials json NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE resource_version DROP COLUMN environment_credentials');
  }
}
