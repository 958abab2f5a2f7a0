import { patternsOf, type Occurrence, type OccurrenceType } from '@pontage/contracts/events';
import type { Work } from '@pontage/persistence';
import { outboundScan } from '@pontage/telemetry';

/** What a webhook is sent of an occurrence: the JSON of its body. */
export interface WebhookMessage {
  /** The event's: the same on the bus, in the record, and for every webhook. */
  readonly id: string;
  readonly type: OccurrenceType;
  readonly timestamp: string;
  readonly data: Occurrence & { readonly organisation: string; readonly resourceId: string };
}

/** For so long a delivery is tried. */
export const triesForMs = 24 * 60 * 60_000;
/** Deliveries of one webhook that wait; further ones have failed at once, and can be replayed. */
const mostPending = 10_000;

/**
 * Queues a message for each of the organisation's webhooks that want to hear of it. Neither waits for a webhook that
 * somebody is deleting nor fails of it: what happened must not be undone for that.
 */
export async function enqueue({ manager, org }: Work, message: WebhookMessage): Promise<void> {
  const { data } = outboundScan.event({ org, data: message.data });
  await manager.query(
    `INSERT INTO webhook_delivery (id, org, webhook_id, event_id, type, body, state, gives_up_at)
     SELECT gen_random_uuid(), org, id, $1, $2, $3,
            CASE WHEN (SELECT count(*) FROM (SELECT FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'pending' LIMIT $6) AS waiting) < $6
                 THEN 'pending' ELSE 'failed' END,
            clock_timestamp() + $5 * interval '1 millisecond'
       FROM webhook WHERE enabled AND events && $4 FOR KEY SHARE OF webhook SKIP LOCKED`,
    [message.id, message.type, JSON.stringify({ ...message, data }), patternsOf(message.type), triesForMs, mostPending],
  );
}
