import { createHash } from 'node:crypto';
import type { Work } from '@pontage/persistence';
import { derivedId } from './derived-id.js';
import type { Draft } from './draft.js';

/** Something from the stream that cannot become an event as it is. */
export interface Parked {
  readonly org: string;
  readonly subject: string;
  readonly streamSeq: number;
  /** Which of the message's items. */
  readonly item: number;
  readonly payload: Uint8Array;
  readonly reason: string;
}

/** The event that tells of it, in the chain of whom it concerns. */
export function parkedEvent({ org, subject, streamSeq, item, payload, reason }: Parked): Draft {
  const sha256 = createHash('sha256').update(payload).digest('hex');
  return {
    id: derivedId('event.parked', streamSeq, item, sha256),
    at: new Date().toISOString(),
    org,
    action: 'event.parked',
    outcome: 'failure',
    actor: { type: 'service', id: 'audit-log', display: 'audit-log' },
    externalIdentifier: null,
    app: null,
    resource: null,
    region: null,
    workerId: null,
    requestId: null,
    executionId: null,
    ip: null,
    userAgent: null,
    changes: null,
    data: { subject, streamSeq, item, bytes: payload.length, sha256, reason },
  };
}

/** Keeps what cannot be read as it came. */
export async function insertParked({ manager, org }: Work, parked: readonly Parked[]): Promise<void> {
  for (const { subject, streamSeq, item, payload, reason } of parked) {
    await manager.query(
      `INSERT INTO parked_message (org, stream_seq, item, subject, payload, reason) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [org, streamSeq, item, subject, Buffer.from(payload), reason],
    );
  }
}
