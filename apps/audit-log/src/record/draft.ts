import { createHash } from 'node:crypto';
import { canonicalJson } from '@pontage/audit-chain';
import type { auditDraft } from '@pontage/contracts/events';
import type { z } from 'zod';

/** An event that is about to get its place in the chain. */
export type Draft = z.output<typeof auditDraft>;

/** What `changes` and `data` may hold each: an event has to fit into one answer of the bus. */
const maxBytes = 192 * 1024;

/** The event, with `changes` or `data` that no answer could carry replaced by their length and SHA-256. */
export function fitting(draft: Draft): Draft {
  return { ...draft, changes: fittingJson(draft.changes), data: fittingJson(draft.data) };
}

function fittingJson(value: Draft['data']): Draft['data'] {
  const text = canonicalJson(value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return value;
  return { omitted: { bytes, sha256: createHash('sha256').update(text).digest('hex') } };
}
