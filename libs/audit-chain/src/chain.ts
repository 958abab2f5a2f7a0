import { createHash } from 'node:crypto';
import type { AuditDraft, AuditEvent } from '@pontage/contracts/events';
import { canonicalJson } from './canonical-json.js';

/** How far a chain reaches: its last event's place and hash. */
export interface Head {
  readonly seq: number;
  /** SHA-256, 64 lower-case hexadecimal digits. */
  readonly hash: string;
}

/** What an organisation's chain begins with: nobody else's events fit behind it. */
export function genesis(org: string): Head {
  return { seq: 0, hash: createHash('sha256').update(`pontage audit chain 1\n${org}`).digest('hex') };
}

/** What is hashed of an event: everything but the two hashes; the organisation is in the genesis. */
export type EventBody = Omit<AuditEvent, 'prevHash' | 'hash'>;

/** An event and the exact text that its hash covers. */
export interface Link {
  readonly event: AuditEvent;
  readonly body: string;
}

/** The text of an event that its hash covers: the canonical JSON of all but the two hashes. */
export function bodyOf(event: EventBody & Partial<Pick<AuditEvent, 'prevHash' | 'hash'>>): string {
  const { prevHash: _prevHash, hash: _hash, ...body } = event;
  return canonicalJson(body);
}

/** SHA-256 (hex) over the 32 bytes of the previous hash and the UTF-8 of the event's body. */
export function hashOf(prevHash: string, body: string): string {
  return createHash('sha256').update(Buffer.from(prevHash, 'hex')).update(body, 'utf8').digest('hex');
}

/** Puts an event behind the chain's head. The event's own `org` stays out: see {@link genesis}. */
export function linkEvent(head: Head, draft: Omit<EventBody, 'seq'> & Partial<Pick<AuditDraft, 'org'>>): Link {
  const { org: _org, ...fields } = draft;
  const event = { ...fields, seq: head.seq + 1 };
  const body = canonicalJson(event);
  return { event: { ...event, prevHash: head.hash, hash: hashOf(head.hash, body) }, body };
}
