import { organisationsFunction, tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks, their secrets sealed, and what is delivered to them. */
export class CreateWebhooks1764700000000 implements MigrationInterface {
  readonly name = 'CreateWebhooks1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- One process at a time delivers to a webhook, for as long as it is busy with it.
      CREATE TABLE webhook (
        id uuid PRIMARY KEY,
        place bigint GENERATED ALWAYS AS IDENTITY,
        org uuid NOT NULL,
        url text NOT NULL,
        events text[] NOT NULL,
        description text NOT NULL,
        region text,
        enabled boolean NOT NULL,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        created_by text NOT NULL,
        busy_by uuid,
        busy_until timestamptz
      );
      CREATE INDEX webhook_list ON webhook (org, place);
      ${tenantTable('webhook')}
      ${organisationsFunction('webhook_organisations', 'webhook')}

      -- Tries count since the delivery began, or was replayed; attempts are what became of each of them.
      CREATE TABLE webhook_delivery (
        id uuid PRIMARY KEY,
        place bigint GENERATED ALWAYS AS IDENTITY,
        org uuid NOT NULL,
        webhook_id uuid NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
        event_id uuid NOT NULL,
        type text NOT NULL,
        body text NOT NULL,
        state text NOT NULL,
        tries integer NOT NULL DEFAULT 0,
        attempts jsonb NOT NULL DEFAULT '[]',
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        gives_up_at timestamptz NOT NULL,
        CONSTRAINT webhook_delivery_state CHECK (state IN ('pending', 'delivered', 'failed'))
      );
      CREATE INDEX webhook_delivery_list ON webhook_delivery (webhook_id, place);
      CREATE INDEX webhook_delivery_age ON webhook_delivery (org, gives_up_at);
      CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at) WHERE state = 'pending';
      CREATE INDEX webhook_delivery_next ON webhook_delivery (webhook_id, next_attempt_at) WHERE state = 'pending';
      ${tenantTable('webhook_delivery')}
      ${organisationsFunction('webhook_delivery_organisations', 'webhook_delivery')}
      CREATE FUNCTION due_webhook_organisations() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$ SELECT DISTINCT webhook.org FROM webhook_delivery JOIN webhook ON webhook.id = webhook_id
               WHERE state = 'pending' AND next_attempt_at <= now() AND enabled AND (busy_until IS NULL OR busy_until < now()) $$;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION due_webhook_organisations();
      DROP FUNCTION webhook_delivery_organisations();
      DROP FUNCTION webhook_organisations();
      DROP TABLE webhook_delivery, webhook;`);
  }
}
