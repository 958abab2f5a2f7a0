import { z } from 'zod';

/** Who did it, in an audit event's words. */
export const actor = z.strictObject({
  type: z.enum(['member', 'external', 'token', 'service', 'anonymous']),
  id: z.string(),
  display: z.string(),
});
export type Actor = z.infer<typeof actor>;

/** `noun.past-tense`, as {@link eventActions} lists them. */
export const action = z.string().regex(/^[a-z-]+\.[a-z-]+$/);

/** What a service says happened. audit-log adds the place in the chain. */
export const auditDraft = z.strictObject({
  id: z.uuid(),
  at: z.iso.datetime(),
  org: z.uuid(),
  action,
  outcome: z.enum(['success', 'failure', 'denied', 'attempted']),
  actor,
  externalIdentifier: z.string().nullable().default(null),
  app: z.string().nullable().default(null),
  resource: z.strictObject({ id: z.string(), version: z.int().nullable() }).nullable().default(null),
  region: z.string().nullable().default(null),
  workerId: z.string().nullable().default(null),
  requestId: z.string().nullable().default(null),
  executionId: z.string().nullable().default(null),
  ip: z.string().nullable().default(null),
  userAgent: z.string().nullable().default(null),
  /** What a change changed: JSON Pointers with old and new value, never a secret. */
  changes: z.json().nullable().default(null),
  data: z.json().nullable().default(null),
});
export type AuditDraft = z.input<typeof auditDraft>;

/** An event in its organisation's chain. */
export const auditEvent = auditDraft.omit({ org: true }).extend({
  seq: z.int().positive(),
  prevHash: z.string(),
  hash: z.string(),
});
export type AuditEvent = z.output<typeof auditEvent>;
