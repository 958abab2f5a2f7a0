import type { Work } from '@pontage/persistence';
import type { EmbedGrant } from './embed-url.js';

/** What stands in an embed URL's row besides what it grants. */
export type EmbedUrlState = 'fresh' | 'redeemed' | 'expired' | 'revoked';

/** An embed URL as it is kept. */
export interface EmbedUrlRow extends EmbedGrant {
  readonly id: string;
  readonly sessionMinutes: number;
  readonly expiresAt: Date;
  readonly sessionId: string | null;
  readonly state: EmbedUrlState;
}

/** The columns of a grant, by the names of its fields. */
export const grantColumns = `app, external_identifier AS "externalIdentifier", user_info AS "userInfo", metadata_json AS "metadataJson",
  group_ids AS "groupIds", environment, allowed_origins AS "allowedOrigins"`;

const columns = `id, ${grantColumns}, session_minutes AS "sessionMinutes", expires_at AS "expiresAt", session_id AS "sessionId",
  CASE WHEN redeemed_at IS NOT NULL THEN 'redeemed' WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'fresh' END AS state`;

/** The grant's values, in the order of the columns of both tables. */
export const grantValues = ({
  app,
  externalIdentifier,
  userInfo,
  metadataJson,
  groupIds,
  environment,
  allowedOrigins,
}: EmbedGrant): unknown[] => [
  app,
  externalIdentifier,
  JSON.stringify(userInfo),
  metadataJson,
  groupIds,
  environment,
  allowedOrigins,
];

interface NewEmbedUrl {
  readonly id: string;
  readonly nonceHash: string;
  readonly grant: EmbedGrant;
  readonly sessionMinutes: number;
  readonly ttlSeconds: number;
}

/** Keeps a new URL; returns until when it can be redeemed. */
export async function insertEmbedUrl(
  { manager, org }: Work,
  { id, nonceHash, grant, sessionMinutes, ttlSeconds }: NewEmbedUrl,
): Promise<Date> {
  const rows = await manager.query<{ expires_at: Date }[]>(
    `INSERT INTO embed_url (org, id, nonce_hash, app, external_identifier, user_info, metadata_json, group_ids, environment, allowed_origins, session_minutes, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() + $12 * interval '1 second') RETURNING expires_at`,
    [org, id, nonceHash, ...grantValues(grant), sessionMinutes, ttlSeconds],
  );
  if (rows[0] === undefined) throw new Error('an INSERT returned no row');
  return rows[0].expires_at;
}

/** The URL that a nonce stands for. */
export async function findEmbedUrl({ manager, org }: Work, nonceHash: string): Promise<EmbedUrlRow | undefined> {
  const rows = await manager.query<EmbedUrlRow[]>(
    `SELECT ${columns} FROM embed_url WHERE org = $1 AND nonce_hash = $2`,
    [org, nonceHash],
  );
  return rows[0];
}

/** Spends a URL, if nobody has: of any number of callers at once, in whatever processes, one gets the row. */
export async function spendEmbedUrl(
  { manager, org }: Work,
  nonceHash: string,
  sessionId: string,
): Promise<EmbedUrlRow | undefined> {
  const [rows] = await manager.query<[EmbedUrlRow[], number]>(
    `UPDATE embed_url SET redeemed_at = now(), session_id = $3
      WHERE org = $1 AND nonce_hash = $2 AND redeemed_at IS NULL AND expires_at > now() AND revoked_at IS NULL
      RETURNING ${columns}`,
    [org, nonceHash, sessionId],
  );
  return rows[0];
}

/** Which apps and groups the URLs are for that could still be redeemed. */
export async function selectFresh({ manager, org }: Work): Promise<Pick<EmbedUrlRow, 'id' | 'app' | 'groupIds'>[]> {
  return manager.query(
    `SELECT id, app, group_ids AS "groupIds" FROM embed_url WHERE org = $1 AND redeemed_at IS NULL AND revoked_at IS NULL AND expires_at > now()`,
    [org],
  );
}

/** Revokes URLs that nobody has redeemed yet. */
export async function revokeEmbedUrls({ manager, org }: Work, ids: readonly string[]): Promise<void> {
  await manager.query(
    `UPDATE embed_url SET revoked_at = now() WHERE org = $1 AND id = ANY ($2::uuid[]) AND redeemed_at IS NULL AND revoked_at IS NULL`,
    [org, ids],
  );
}
