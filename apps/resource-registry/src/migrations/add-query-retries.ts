import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often a saved query is tried again; null: as its resource says. */
export class AddQueryRetries1764400000000 implements MigrationInterface {
  readonly name = 'AddQueryRetries1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE saved_query ADD COLUMN retries json');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE saved_query DROP COLUMN retries');
  }
}
