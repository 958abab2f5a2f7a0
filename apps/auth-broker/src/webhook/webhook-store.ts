import { randomUUID } from 'node:crypto';
import type { Webhook, WebhookDraft } from '@pontage/contracts/auth-broker';
import { decodeCursor, pageOf, type Page, type Work } from '@pontage/persistence';
import { notFound, webhookLimitReached } from '@pontage/problems';
import { z } from 'zod';
import { type SecretBox } from '../secrets/secret-box.js';

/** As many webhooks an organisation has at most. */
const limit = 20;

/** SQL: it is not deleted. Where a webhook has to be enabled, that says it, too. */
export const isThere = 'deleted_at IS NULL';
const columns = `id, url, events, description, enabled, region, created_at AS "createdAt", created_by AS "createdBy", place`;

interface WebhookRow extends Omit<Webhook, 'createdAt'> {
  readonly createdAt: Date;
  /** The driver gives a bigint as text. */
  readonly place: string;
}

/** Webhooks, each with a secret that is sealed. */
export class WebhookStore {
  constructor(private readonly box: SecretBox) {}

  /** @throws webhookLimitReached */
  async insert({ manager, org }: Work, draft: WebhookDraft, secret: string, createdBy: string): Promise<Webhook> {
    // Two that come at once are counted one after the other.
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('webhook/' || $1, 0))`, [org]);
    const [counted] = await manager.query<{ count: string }[]>(
      `SELECT count(*) AS count FROM webhook WHERE ${isThere}`,
    );
    if (Number(counted?.count) >= limit) throw webhookLimitReached({ limit });
    const id = randomUUID();
    const sealed = this.box.seal(webhookPlace(org, id), { secret });
    const { url, events, description, enabled, region } = draft;
    const rows = await manager.query<WebhookRow[]>(
      `INSERT INTO webhook (id, org, url, events, description, enabled, region, sealed, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${columns}`,
      [id, org, url, events, description, enabled, region, sealed, createdBy],
    );
    return only(rows);
  }

  async list({ manager }: Work, page: { limit: number; cursor?: string | undefined }): Promise<Page<Webhook>> {
    const [after] = decodeCursor(page.cursor, z.tuple([z.int()])) ?? [0];
    const rows = await manager.query<WebhookRow[]>(
      `SELECT ${columns} FROM webhook WHERE place > $1 AND ${isThere} ORDER BY place LIMIT $2`,
      [after, page.limit + 1],
    );
    return pageOf(rows, page.limit, ({ place }) => [Number(place)], viewOf);
  }

  /** The webhook, which stays as it is until the end of the transaction. @throws notFound */
  async lock({ manager }: Work, id: string): Promise<Webhook> {
    const locked = `SELECT ${columns} FROM webhook WHERE id = $1 AND ${isThere} FOR NO KEY UPDATE`;
    return only(await manager.query<WebhookRow[]>(locked, [id]));
  }

  /** @throws notFound when there is no such webhook */
  async require({ manager }: Work, id: string): Promise<void> {
    only(await manager.query<WebhookRow[]>(`SELECT ${columns} FROM webhook WHERE id = $1 AND ${isThere}`, [id]));
  }

  /** Writes everything about it that can change. */
  async update({ manager }: Work, { id, url, events, description, enabled, region }: Webhook): Promise<void> {
    await manager.query(
      `UPDATE webhook SET url = $2, events = $3, description = $4, enabled = $5, region = $6 WHERE id = $1`,
      [id, url, events, description, enabled, region],
    );
  }

  /**
   * Nobody sees it any more, nothing is sent to it, and what becomes of a try that is in hand is not heard.
   * {@link clearDeletedWebhooks} deletes its row, after its deliveries.
   */
  async delete({ manager }: Work, id: string): Promise<void> {
    await manager.query(
      `UPDATE webhook SET deleted_at = clock_timestamp(), enabled = false, busy_by = NULL, busy_until = NULL WHERE id = $1`,
      [id],
    );
  }

  /** The secret in clear. @throws SealBroken */
  openSecret(org: string, id: string, sealed: Uint8Array): string {
    return String(this.box.open(webhookPlace(org, id), sealed).secret);
  }
}

/** What a webhook's secret is sealed for. */
export const webhookPlace = (org: string, id: string) => ({ org, kind: 'webhook', id, version: 1 });

function only(rows: readonly WebhookRow[]): Webhook {
  const [row] = rows;
  if (row === undefined) throw notFound({});
  return viewOf(row);
}

const viewOf = ({ place: _, createdAt, ...rest }: WebhookRow): Webhook => ({
  ...rest,
  createdAt: createdAt.toISOString(),
});
