import type { MigrationInterface, QueryRunner } from 'typeorm';
import { organisationsFunction, tenantTable } from './tenant-table.js';

/** The outbox that every stateful service has in its schema. */
export class CreateOutbox1700000000000 implements MigrationInterface {
  readonly name = 'CreateOutbox1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        org uuid NOT NULL,
        content json NOT NULL,
        written_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX outbox_order ON outbox (org, id);
      ${tenantTable('outbox')}
      ${organisationsFunction('outbox_organisations', 'outbox')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION outbox_organisations(); DROP TABLE outbox;');
  }
}
