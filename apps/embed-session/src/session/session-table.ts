import type { EmbedSession } from '@pontage/contracts/embed-session';
import type { sessions, ValueOf } from '@pontage/contracts/snapshots';
import type { Work } from '@pontage/persistence';
import type { EmbedGrant } from '../embed-url/embed-url.js';
import { grantColumns, grantValues } from '../embed-url/embed-url-table.js';

/** A session as it is kept. The token's SHA-256 is the key under which gateways find it. */
export interface SessionRow extends EmbedGrant {
  readonly id: string;
  readonly tokenHash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** When it was ended, or when it ran out. */
  readonly endedAt: Date | null;
  /** `createdAt` to the microsecond, for cursors. */
  readonly place: string;
}

/** Versions of a session's snapshot: it begins once and ends once. */
export const begun = 1;
export const ended = 2;

const columns = `id, token_hash AS "tokenHash", ${grantColumns}, created_at AS "createdAt", expires_at AS "expiresAt",
  CASE WHEN ended_at IS NOT NULL THEN ended_at WHEN expires_at <= now() THEN expires_at END AS "endedAt",
  to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS place`;

const active = 'ended_at IS NULL AND expires_at > now()';

interface NewSession {
  readonly id: string;
  readonly embedUrlId: string;
  readonly tokenHash: string;
  readonly grant: EmbedGrant;
  readonly minutes: number;
}

/** Opens a session; its time begins now. */
export async function insertSession(
  { manager, org }: Work,
  { id, embedUrlId, tokenHash, grant, minutes }: NewSession,
): Promise<SessionRow> {
  const rows = await manager.query<SessionRow[]>(
    `INSERT INTO embed_session (org, id, embed_url_id, token_hash, app, external_identifier, user_info, metadata_json, group_ids, environment, allowed_origins, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() + $12 * interval '1 minute') RETURNING ${columns}`,
    [org, id, embedUrlId, tokenHash, ...grantValues(grant), minutes],
  );
  if (rows[0] === undefined) throw new Error('an INSERT returned no row');
  return rows[0];
}

/** A session of the organisation; with `groupIds`, only one that has no other groups than these. */
export async function findSession(
  { manager, org }: Work,
  id: string,
  groupIds: readonly number[] | null,
): Promise<SessionRow | undefined> {
  const rows = await manager.query<SessionRow[]>(
    `SELECT ${columns} FROM embed_session WHERE org = $1 AND id = $2 AND ($3::integer[] IS NULL OR group_ids <@ $3)`,
    [org, id, groupIds],
  );
  return rows[0];
}

/** The sessions that have neither ended nor run out. */
export async function selectActive({ manager, org }: Work): Promise<SessionRow[]> {
  return manager.query(`SELECT ${columns} FROM embed_session WHERE org = $1 AND ${active}`, [org]);
}

interface SessionFilter {
  readonly externalIdentifier: string | null;
  readonly app: string | null;
  /** Null: whatever groups a session has. */
  readonly groupIds: readonly number[] | null;
  /** The place of the last one that was shown. */
  readonly after: readonly [string, string] | undefined;
}

/** Sessions, newest first. */
export async function selectSessions(
  { manager, org }: Work,
  { externalIdentifier, app, groupIds, after }: SessionFilter,
  limit: number,
): Promise<SessionRow[]> {
  return manager.query(
    `SELECT ${columns} FROM embed_session
      WHERE org = $1 AND ($2::text IS NULL OR external_identifier = $2) AND ($3::uuid IS NULL OR app = $3) AND ($4::integer[] IS NULL OR group_ids <@ $4)
        AND ($5::timestamptz IS NULL OR (created_at, id) < ($5, $6::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $7`,
    [org, externalIdentifier, app, groupIds, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}

/** Ends sessions; returns those that had not ended before. */
export async function endSessions(
  { manager, org }: Work,
  ids: readonly string[],
  reason: string,
): Promise<SessionRow[]> {
  const [rows] = await manager.query<[SessionRow[], number]>(
    `UPDATE embed_session SET ended_at = now(), end_reason = $3 WHERE org = $1 AND id = ANY ($2::uuid[]) AND ${active} RETURNING ${columns}`,
    [org, ids, reason],
  );
  return rows;
}

/** The session as its readers see it. */
export function shown({
  id,
  app,
  externalIdentifier,
  userInfo,
  groupIds,
  environment,
  metadataJson,
  createdAt,
  expiresAt,
  endedAt,
}: SessionRow): EmbedSession {
  return {
    id,
    app,
    externalIdentifier,
    userInfo,
    groupIds: [...groupIds],
    environment,
    metadataJson,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

/** The session as gateways see it. */
export function snapshotOf(org: string, row: SessionRow): ValueOf<typeof sessions> {
  const { id, app, externalIdentifier, userInfo, metadataJson, groupIds, environment, allowedOrigins, expiresAt } = row;
  return {
    org,
    id,
    app,
    externalIdentifier,
    userInfo,
    metadataJson,
    groupIds: [...groupIds],
    environment,
    allowedOrigins: [...allowedOrigins],
    expiresAt: expiresAt.toISOString(),
  };
}
