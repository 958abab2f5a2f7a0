import { organisationsFunction, tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The secret values of configuration variables, sealed. */
export class CreateConfigValues1764100000000 implements MigrationInterface {
  readonly name = 'CreateConfigValues1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The version is the variable's that the value was claimed for: what the bucket says of a later one ends it.
      CREATE TABLE config_value (
        environment text NOT NULL,
        name text NOT NULL,
        id uuid NOT NULL,
        org uuid NOT NULL,
        version integer NOT NULL,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (environment, name, id)
      );
      CREATE INDEX config_value_age ON config_value (org, created_at);
      ${tenantTable('config_value')}
      ${organisationsFunction('config_value_organisations', 'config_value')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION config_value_organisations();
      DROP TABLE config_value;`);
  }
}
