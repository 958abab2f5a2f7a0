import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How long answers to a saved query are kept; null: they are not. */
export class AddQueryCache1764500000000 implements MigrationInterface {
  readonly name = 'AddQueryCache1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE saved_query ADD COLUMN cache json');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE saved_query DROP COLUMN cache');
  }
}
