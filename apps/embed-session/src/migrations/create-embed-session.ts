import { organisationsFunction, tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Embed URLs and the sessions that they become. Nonces and session tokens are here as SHA-256 only. */
export class CreateEmbedSession1763700000000 implements MigrationInterface {
  readonly name = 'CreateEmbedSession1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE embed_url (
        org uuid NOT NULL,
        id uuid NOT NULL,
        nonce_hash text NOT NULL,
        ${granted}
        session_minutes integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        redeemed_at timestamptz,
        session_id uuid,
        revoked_at timestamptz,
        PRIMARY KEY (org, id),
        UNIQUE (org, nonce_hash),
        CHECK ((redeemed_at IS NULL) = (session_id IS NULL)),
        CHECK (redeemed_at IS NULL OR revoked_at IS NULL)
      );
      CREATE INDEX embed_url_fresh ON embed_url (org, expires_at) WHERE redeemed_at IS NULL AND revoked_at IS NULL;
      ${tenantTable('embed_url')}
      ${organisationsFunction('embed_url_organisations', 'embed_url')}

      CREATE TABLE embed_session (
        org uuid NOT NULL,
        id uuid NOT NULL,
        embed_url_id uuid NOT NULL,
        token_hash text NOT NULL,
        ${granted}
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        end_reason text,
        PRIMARY KEY (org, id),
        UNIQUE (org, token_hash),
        -- One URL, one session, whatever the code above does.
        UNIQUE (org, embed_url_id),
        FOREIGN KEY (org, embed_url_id) REFERENCES embed_url (org, id)
      );
      CREATE INDEX embed_session_order ON embed_session (org, created_at DESC, id DESC);
      CREATE INDEX embed_session_user ON embed_session (org, external_identifier);
      CREATE INDEX embed_session_active ON embed_session (org, expires_at) WHERE ended_at IS NULL;
      ${tenantTable('embed_session')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION embed_url_organisations(); DROP TABLE embed_session, embed_url;');
  }
}

/** What the minter granted, to the URL and then to its session. */
const granted = `
        app uuid NOT NULL,
        external_identifier text NOT NULL,
        user_info jsonb NOT NULL,
        metadata_json text NOT NULL,
        group_ids integer[] NOT NULL,
        environment text NOT NULL,
        allowed_origins text[] NOT NULL,`;
