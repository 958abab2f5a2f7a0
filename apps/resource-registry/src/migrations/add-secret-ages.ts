import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when the secrets of a version's credentials are what they are. */
export class AddSecretAges1764900000000 implements MigrationInterface {
  readonly name = 'AddSecretAges1764900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE resource_version ADD COLUMN secrets_since json NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE resource_version DROP COLUMN secrets_since');
  }
}
