import { randomUUID } from 'node:crypto';
import type { DeliveryAttempt, WebhookDelivery } from '@pontage/contracts/auth-broker';
import { decodeCursor, pageOf, type Page, type UnitOfWork, type Work } from '@pontage/persistence';
import { notFound } from '@pontage/problems';
import { z } from 'zod';
import { clearDeletedWebhooks } from '../webhook/clear-deleted-webhooks.js';
import { isThere } from '../webhook/webhook-store.js';
import { deleteInBatches } from '../sweep/delete-in-batches.js';
import { triesForMs } from './enqueue.js';
import { sweepEach } from '../sweep/sweep-each.js';

/** A delivery that is to be tried now, and its webhook, which nobody else delivers to meanwhile. */
export interface Claim {
  readonly org: string;
  /** Only its holder says what became of it. */
  readonly owner: string;
  readonly id: string;
  readonly webhookId: string;
  readonly body: string;
  /** In a row, without this one. */
  readonly tries: number;
  readonly url: string;
  readonly region: string | null;
  readonly sealed: Uint8Array;
}

/** What follows from a try. */
export type Consequence =
  { readonly state: 'delivered' } | { readonly state: 'failed' } | { readonly state: 'pending'; readonly inMs: number };

type WebhookPart = Pick<Claim, 'webhookId' | 'url' | 'region' | 'sealed'>;

interface DeliveryRow extends Omit<WebhookDelivery, 'createdAt' | 'nextAttemptAt'> {
  readonly createdAt: Date;
  readonly nextAttemptAt: Date;
  /** The driver gives a bigint as text. */
  readonly place: string;
}

const columns = `id, webhook_id AS "webhookId", event_id AS "eventId", type, state, attempts,
  created_at AS "createdAt", next_attempt_at AS "nextAttemptAt", place`;
const inMs = (parameter: string): string => `clock_timestamp() + ${parameter} * interval '1 millisecond'`;
const mostAttempts = 50;
/** From the end of the tries on; with the 24 hours that those take, seven days. */
const keptForDays = 6;
// now() is the same throughout a statement, as what an index is searched for has to be.
const old = {
  table: 'webhook_delivery',
  key: 'id',
  which: `gives_up_at <= now() - interval '${keptForDays} days'`,
  order: 'gives_up_at',
};

/**
 * What is delivered to webhooks. One delivery of a webhook is in hand at a time, over all processes; who has it says so
 * with a lease, after which another one takes over.
 */
export class DeliveryStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** The organisations with a delivery that is due, and a webhook that nobody is busy with. */
  dueOrganisations(): Promise<string[]> {
    return this.unitOfWork.ids('due_webhook_organisations');
  }

  /**
   * Takes a webhook with something due that nobody is busy with, for `forMs`, and of that what has been due for longest.
   * Webhooks take turns, so that those whose receivers are dead do not keep the others from theirs.
   */
  claim(org: string, forMs: number): Promise<Claim | undefined> {
    const owner = randomUUID();
    return this.unitOfWork.run(org, async ({ manager }) => {
      const [[webhook]] = await manager.query<[WebhookPart[], number]>(
        `UPDATE webhook SET busy_by = $1, busy_until = ${inMs('$2')}, served_at = clock_timestamp()
          WHERE id = (
            SELECT id FROM webhook WHERE enabled AND (busy_until IS NULL OR busy_until < clock_timestamp())
               AND (SELECT min(next_attempt_at) FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'pending') <= clock_timestamp()
             ORDER BY served_at NULLS FIRST LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
         RETURNING id AS "webhookId", url, region, sealed`,
        [owner, forMs],
      );
      if (webhook === undefined) return undefined;
      // A statement of its own, which sees what the one who was busy before has done.
      const [delivery] = await manager.query<Pick<Claim, 'id' | 'body' | 'tries'>[]>(
        `SELECT id, body, tries FROM webhook_delivery
          WHERE webhook_id = $1 AND state = 'pending' AND next_attempt_at <= clock_timestamp() ORDER BY next_attempt_at, place LIMIT 1`,
        [webhook.webhookId],
      );
      if (delivery !== undefined) return { org, owner, ...webhook, ...delivery };
      await this.release({ manager }, webhook.webhookId, owner);
      return undefined;
    });
  }

  /** Writes what became of it, and lets go of the webhook. False when the lease was over, and somebody else tries again. */
  async finish(
    { manager }: Pick<Work, 'manager'>,
    { id, webhookId, owner }: Pick<Claim, 'id' | 'webhookId' | 'owner'>,
    attempt: DeliveryAttempt,
    next: Consequence,
  ): Promise<boolean> {
    if (!(await this.release({ manager }, webhookId, owner))) return false;
    const isOver = next.state === 'pending' ? 'clock_timestamp() >= gives_up_at' : 'false';
    await manager.query(
      `UPDATE webhook_delivery SET tries = tries + 1, state = CASE WHEN ${isOver} THEN 'failed' ELSE $2 END,
              next_attempt_at = least(${inMs('$3')}, gives_up_at),
              attempts = CASE WHEN jsonb_array_length(attempts) >= ${mostAttempts} THEN attempts - 0 ELSE attempts END || $4::jsonb
        WHERE id = $1`,
      [id, next.state, next.state === 'pending' ? next.inMs : 0, JSON.stringify([attempt])],
    );
    return true;
  }

  /** Nothing is sent to it any more. */
  async disable({ manager }: Pick<Work, 'manager'>, webhookId: string): Promise<void> {
    await manager.query('UPDATE webhook SET enabled = false WHERE id = $1', [webhookId]);
  }

  /** Ends what waits for a webhook and should have reached it by now. */
  async giveUp({ manager }: Pick<Work, 'manager'>, webhookId: string): Promise<void> {
    await manager.query(
      `UPDATE webhook_delivery SET state = 'failed' WHERE webhook_id = $1 AND state = 'pending' AND gives_up_at <= clock_timestamp()`,
      [webhookId],
    );
  }

  /** Lets the delivery begin anew, now; it and its webhook's state. @throws notFound */
  async replay({ manager }: Work, id: string): Promise<{ delivery: WebhookDelivery; isEnabled: boolean }> {
    const [[row]] = await manager.query<[(DeliveryRow & { enabled: boolean })[], number]>(
      `UPDATE webhook_delivery SET state = 'pending', tries = 0, next_attempt_at = clock_timestamp(), gives_up_at = ${inMs('$2')}
        WHERE id = $1 AND EXISTS (SELECT FROM webhook WHERE id = webhook_id AND ${isThere})
        RETURNING ${columns}, (SELECT enabled FROM webhook WHERE id = webhook_id) AS enabled`,
      [id, triesForMs],
    );
    if (row === undefined) throw notFound({});
    const { enabled, ...rest } = row;
    return { delivery: viewOf(rest), isEnabled: enabled };
  }

  /** Newest first. */
  async list(
    { manager }: Work,
    { webhookId, limit, cursor }: { webhookId: string; limit: number; cursor?: string | undefined },
  ): Promise<Page<WebhookDelivery>> {
    const [before] = decodeCursor(cursor, z.tuple([z.int()])) ?? [Number.MAX_SAFE_INTEGER];
    const rows = await manager.query<DeliveryRow[]>(
      `SELECT ${columns} FROM webhook_delivery WHERE webhook_id = $1 AND place < $2 ORDER BY place DESC LIMIT $3`,
      [webhookId, before, limit + 1],
    );
    return pageOf(rows, limit, ({ place }) => [Number(place)], viewOf);
  }

  /** Deletes, in every organisation, what was last to be tried six days ago, and what is of deleted webhooks. Returns how many. */
  async sweep(): Promise<number> {
    const orgs = await this.unitOfWork.ids('webhook_organisations');
    return sweepEach(orgs, async (org) => {
      const cleared = await clearDeletedWebhooks(this.unitOfWork, org);
      return cleared + (await deleteInBatches(this.unitOfWork, org, old));
    });
  }

  private async release({ manager }: Pick<Work, 'manager'>, webhookId: string, owner: string): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      'UPDATE webhook SET busy_by = NULL, busy_until = NULL WHERE id = $1 AND busy_by = $2',
      [webhookId, owner],
    );
    return count === 1;
  }
}

const viewOf = ({ place: _, createdAt, nextAttemptAt, ...rest }: DeliveryRow): WebhookDelivery => ({
  ...rest,
  createdAt: createdAt.toISOString(),
  nextAttemptAt: rest.state === 'pending' ? nextAttemptAt.toISOString() : null,
});
