import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The broker's name for the sealed values of a resource's settings. */
export class AddSealedValues1763800000000 implements MigrationInterface {
  readonly name = 'AddSealedValues1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE resource_version ADD COLUMN secrets_id uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE resource_version DROP COLUMN secrets_id');
  }
}
