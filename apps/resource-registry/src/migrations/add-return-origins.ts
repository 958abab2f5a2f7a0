import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where people may be sent back to once they have signed in at a provider. */
export class AddReturnOrigins1765000000000 implements MigrationInterface {
  readonly name = 'AddReturnOrigins1765000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE organisation ADD COLUMN return_origins text[] NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE organisation DROP COLUMN return_origins');
  }
}
