import { tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The record, what is not yet part of it, and what cannot be. */
export class CreateAuditLog1763700000000 implements MigrationInterface {
  readonly name = 'CreateAuditLog1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE event (
        org uuid NOT NULL,
        seq bigint NOT NULL CHECK (seq > 0),
        id uuid NOT NULL,
        at timestamptz NOT NULL,
        action text NOT NULL,
        outcome text NOT NULL,
        actor_id text NOT NULL,
        actor_display text NOT NULL,
        external_identifier text,
        app text,
        resource_id text,
        prev_hash text NOT NULL,
        hash text NOT NULL,
        body text NOT NULL,
        PRIMARY KEY (org, seq),
        UNIQUE (org, id)
      );
      CREATE INDEX event_action ON event (org, action text_pattern_ops, seq);
      CREATE INDEX event_at ON event (org, at);
      CREATE INDEX event_actor ON event (org, actor_id, seq);
      CREATE INDEX event_external_user ON event (org, external_identifier, seq) WHERE external_identifier IS NOT NULL;
      CREATE INDEX event_app ON event (org, app, seq) WHERE app IS NOT NULL;
      CREATE INDEX event_resource ON event (org, resource_id, seq) WHERE resource_id IS NOT NULL;
      ${tenantTable('event')}

      CREATE TABLE checkpoint (
        org uuid NOT NULL,
        seq bigint NOT NULL,
        hash text NOT NULL,
        at text NOT NULL,
        key_id text NOT NULL,
        signature text NOT NULL,
        PRIMARY KEY (org, seq, signature)
      );
      ${tenantTable('checkpoint')}

      CREATE TABLE open_execution (
        org uuid NOT NULL,
        id uuid NOT NULL,
        parts text NOT NULL,
        closing boolean NOT NULL,
        due_at timestamptz NOT NULL,
        PRIMARY KEY (org, id)
      );
      CREATE INDEX open_execution_due ON open_execution (due_at);
      ${tenantTable('open_execution')}

      CREATE TABLE parked_message (
        org uuid NOT NULL,
        stream_seq bigint NOT NULL,
        item integer NOT NULL,
        subject text NOT NULL,
        payload bytea NOT NULL,
        reason text NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (org, stream_seq, item)
      );
      ${tenantTable('parked_message')}

      ${lookup('overdue_organisations', 'open_execution', 'SELECT DISTINCT org FROM open_execution WHERE due_at <= now()')}
      ${lookup('recorded_organisations', 'event', eachOrganisation)}

      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          RAISE EXCEPTION 'the audit record is append-only' USING ERRCODE = 'insufficient_privilege';
        END $$;
      ${appendOnlyTables.map(refusing).join('\n')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION overdue_organisations(), recorded_organisations();
      DROP TABLE event, checkpoint, open_execution, parked_message;
      DROP FUNCTION refuse_change();`);
  }
}

/** Tables that nobody changes: rows come, and stay as they are. */
export const appendOnlyTables = ['event', 'checkpoint', 'parked_message'];

/** One index probe per organisation instead of a look at every event. */
const eachOrganisation = `
  WITH RECURSIVE each (org) AS (
    (SELECT org FROM event ORDER BY org LIMIT 1)
    UNION ALL
    SELECT (SELECT event.org FROM event WHERE event.org > each.org ORDER BY event.org LIMIT 1) FROM each WHERE each.org IS NOT NULL
  )
  SELECT org FROM each WHERE org IS NOT NULL`;

const lookup = (name: string, table: string, sql: string): string => `
  CREATE POLICY lookup ON ${table} FOR SELECT TO CURRENT_USER USING (true);
  CREATE FUNCTION ${name}() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$ ${sql} $$;`;

/** A superuser passes: he could drop the trigger anyway, and it is the chain that tells on him. */
const refusing = (table: string): string => `
  CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ${table} FOR EACH ROW
    WHEN (NOT current_setting('is_superuser')::boolean) EXECUTE FUNCTION refuse_change();
  CREATE TRIGGER never_emptied BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT
    WHEN (NOT current_setting('is_superuser')::boolean) EXECUTE FUNCTION refuse_change();`;
