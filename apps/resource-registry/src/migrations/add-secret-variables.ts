import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the registry knows of a variable's secret value: the broker's name for it, and a fingerprint. */
export class AddSecretVariables1764100000000 implements MigrationInterface {
  readonly name = 'AddSecretVariables1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE config_variable ADD COLUMN value_id uuid, ADD COLUMN fingerprint text;
      -- A variable whose value the broker keeps has no text here, whoever writes it.
      ALTER TABLE config_variable ADD CONSTRAINT config_variable_secret
        CHECK ((value_id IS NULL AND fingerprint IS NULL) OR (value_id IS NOT NULL AND fingerprint IS NOT NULL AND value = ''))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE config_variable DROP COLUMN value_id, DROP COLUMN fingerprint');
  }
}
