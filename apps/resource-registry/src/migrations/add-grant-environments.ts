import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The environments that a group's access to a resource is restricted to; null: it is not. */
export class AddGrantEnvironments1764200000000 implements MigrationInterface {
  readonly name = 'AddGrantEnvironments1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE group_resource ADD COLUMN environments text[] CHECK (cardinality(environments) > 0)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE group_resource DROP COLUMN environments');
  }
}
