import { tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = `
  CREATE TABLE member (
    id uuid PRIMARY KEY,
    org uuid NOT NULL REFERENCES organisation (id),
    email text COLLATE "C" NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    disabled boolean NOT NULL,
    password_hash text,
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    last_signed_in_at timestamptz(3),
    UNIQUE (org, id)
  );
  CREATE INDEX member_page ON member (org, email, id);
  -- Two people may have one address with two providers; whoever signs in with a password is known by it alone.
  CREATE UNIQUE INDEX member_email ON member (org, email) WHERE password_hash IS NOT NULL;

  CREATE TABLE member_identity (
    org uuid NOT NULL,
    issuer text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    member_id uuid NOT NULL,
    PRIMARY KEY (org, issuer, subject),
    FOREIGN KEY (org, member_id) REFERENCES member (org, id) ON DELETE CASCADE
  );
  CREATE INDEX member_identity_by_member ON member_identity (org, member_id);

  CREATE TABLE group_member (
    org uuid NOT NULL,
    group_id integer NOT NULL,
    member_id uuid NOT NULL,
    PRIMARY KEY (org, group_id, member_id),
    FOREIGN KEY (org, group_id) REFERENCES access_group (org, id) ON DELETE CASCADE,
    FOREIGN KEY (org, member_id) REFERENCES member (org, id) ON DELETE CASCADE
  );
  CREATE INDEX group_member_by_member ON group_member (org, member_id);

  CREATE TABLE member_session (
    id uuid PRIMARY KEY,
    org uuid NOT NULL,
    member_id uuid NOT NULL,
    hash text NOT NULL CONSTRAINT member_session_hash UNIQUE,
    version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    idle_ends_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    FOREIGN KEY (org, member_id) REFERENCES member (org, id) ON DELETE CASCADE
  );
  CREATE INDEX member_session_by_member ON member_session (org, member_id);

  ALTER TABLE api_token ADD COLUMN member_id uuid;
  CREATE INDEX api_token_by_member ON api_token (org, member_id) WHERE member_id IS NOT NULL;`;

const tenantTables = ['member', 'member_identity', 'group_member', 'member_session'];

/** People who sign in, by what they are known, their groups, their sessions, and whose a token is. */
export class CreateMembers1764600000000 implements MigrationInterface {
  readonly name = 'CreateMembers1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${tables}
      ${tenantTables.map(tenantTable).join('\n')}
      CREATE FUNCTION organisation_named(wanted text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$ SELECT id FROM organisation WHERE name = wanted $$;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION organisation_named(text);
      ALTER TABLE api_token DROP COLUMN member_id;
      DROP TABLE ${[...tenantTables].reverse().join(', ')};`);
  }
}
