import { forbidden, invalidRequest, notFound } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { auditEvent } from '../events/audit-event.js';
import { pageOf, pageRequest } from '../page.js';

const callers = ['gateway'] as const;

/**
 * Lists events, newest first. It answers with everything that the stream held when it was asked, so a caller
 * finds the event of the request that was answered a moment ago.
 */
export const listAuditEvents = requestContract({
  subject: 'v1.audit-log.audit-event.list',
  callers,
  request: pageRequest.extend({
    actor: z.string().max(300).optional(),
    externalIdentifier: z.string().max(255).optional(),
    /** Exact, or with `*` for any run of characters: `embed-url.*`. */
    action: z.string().max(100).optional(),
    resource: z.string().max(100).optional(),
    app: z.string().max(100).optional(),
    outcome: z.enum(['success', 'failure', 'denied', 'attempted']).optional(),
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
    /** `asc` reads the chain from its beginning, for verification. */
    order: z.enum(['asc', 'desc']).default('desc'),
  }),
  reply: pageOf(auditEvent),
  problems: [invalidRequest, forbidden],
  deadlineMs: 10_000,
});

export const findAuditEvent = requestContract({
  subject: 'v1.audit-log.audit-event.find',
  callers,
  request: z.strictObject({ id: z.uuid() }),
  reply: auditEvent,
  problems: [notFound, forbidden],
});

/** A signed statement of how far a chain reached: kept in the database and in a file outside it. */
export const checkpoint = z.strictObject({
  seq: z.int(),
  hash: z.string(),
  at: z.iso.datetime(),
  keyId: z.string(),
  /** Ed25519 over `org|seq|hash|at`, base64url. */
  signature: z.string(),
});
export type Checkpoint = z.infer<typeof checkpoint>;

/** The signed checkpoints, oldest first, and the public keys (JWK) that verify them. */
export const listCheckpoints = requestContract({
  subject: 'v1.audit-log.checkpoint.list',
  callers,
  request: pageRequest,
  reply: pageOf(checkpoint).extend({ org: z.uuid(), keys: z.array(z.record(z.string(), z.json())) }),
  problems: [],
});

/** Recomputes the organisation's chain and compares it with the checkpoints inside and outside the database. */
export const verifyAudit = requestContract({
  subject: 'v1.audit-log.audit.verify',
  callers,
  request: z.strictObject({}),
  reply: z.strictObject({
    ok: z.boolean(),
    events: z.int(),
    checkpoints: z.int(),
    /** The first place where the chain does not hold. */
    firstBroken: z.strictObject({ seq: z.int(), reason: z.string() }).nullable(),
  }),
  problems: [],
  deadlineMs: 60_000,
});
