import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks take turns, are found without a look at all that is due, and may be gone before their deliveries are. */
export class ServeWebhooksInTurn1765100000000 implements MigrationInterface {
  readonly name = 'ServeWebhooksInTurn1765100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Served is when something was taken for it last. One that is deleted is gone for everybody and not enabled; its row
      -- stays until its deliveries are deleted, which may be too many for one statement.
      ALTER TABLE webhook ADD COLUMN served_at timestamptz, ADD COLUMN deleted_at timestamptz;

      -- The first entry of each webhook in webhook_delivery_next tells. With EXISTS the planner may read all that is due.
      CREATE OR REPLACE FUNCTION due_webhook_organisations() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$ SELECT DISTINCT org FROM webhook WHERE enabled AND (busy_until IS NULL OR busy_until < now())
                AND (SELECT min(next_attempt_at) FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'pending') <= now() $$;
      DROP INDEX webhook_delivery_due;

      -- Whoever has deliveries is found by their webhooks, which are far fewer.
      DROP FUNCTION webhook_delivery_organisations();`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION webhook_delivery_organisations() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$ SELECT DISTINCT org FROM webhook_delivery ORDER BY org $$;
      CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at) WHERE state = 'pending';
      CREATE OR REPLACE FUNCTION due_webhook_organisations() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$ SELECT DISTINCT webhook.org FROM webhook_delivery JOIN webhook ON webhook.id = webhook_id
               WHERE state = 'pending' AND next_attempt_at <= now() AND enabled AND (busy_until IS NULL OR busy_until < now()) $$;
      -- Without the column they would be back, and the owner sees rows of no organisation.
      ALTER TABLE webhook NO FORCE ROW LEVEL SECURITY;
      DELETE FROM webhook WHERE deleted_at IS NOT NULL;
      ALTER TABLE webhook FORCE ROW LEVEL SECURITY;
      ALTER TABLE webhook DROP COLUMN served_at, DROP COLUMN deleted_at;`);
  }
}
