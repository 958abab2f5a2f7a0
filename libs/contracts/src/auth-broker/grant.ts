import {
  forbidden,
  invalidRequest,
  leaseUnavailable,
  missingScope,
  notFound,
  unavailable,
  unknownVariable,
} from '@pontage/problems';
import { z } from 'zod';
import { caller } from '../caller.js';
import { requestContract } from '../contract.js';
import { pageOf, pageRequest } from '../page.js';
import { byCaller, grantOf } from './consent.js';

/** One thing that happened to a grant. */
export const grantEvent = z.strictObject({
  at: z.iso.datetime(),
  event: z.enum(['issued', 'refreshed', 'used', 'failed', 'recovered', 'refused', 'accepted', 'revoked']),
  /** Which grant: they are counted. */
  version: z.int(),
  /** Why; null where nobody asked for it. */
  trigger: z.string().nullable(),
  /** What was answered, in words that hold no secret. */
  detail: z.string().nullable(),
  expiresAt: z.iso.datetime().nullable(),
});
export type GrantEvent = z.output<typeof grantEvent>;

/** A grant as its organisation sees it. */
export const grantView = z.strictObject({
  id: z.uuid(),
  resourceId: z.uuid(),
  environment: z.string(),
  /** Null: everybody's. */
  caller: caller.nullable(),
  state: z.enum(['authorized', 'expired', 'unauthorized']),
  expiresAt: z.iso.datetime().nullable(),
  issuedAt: z.iso.datetime().nullable(),
  lastRefreshAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
  /** It can be replaced without the person. */
  refreshable: z.boolean(),
  /** The slug of what the last attempt to replace it ended in; null: it succeeded. */
  failing: z.string().nullable(),
});

/** Lists the grants of the organisation, those that end first before all others. */
export const listGrants = requestContract({
  subject: 'v1.auth-broker.grant.list',
  callers: ['gateway'],
  request: z.strictObject({
    ...pageRequest.shape,
    /** There is no year 0, which the format allows. */
    expiresBefore: z.iso
      .datetime()
      .refine((text) => !text.startsWith('0000'))
      .optional(),
    resourceId: z.uuid().optional(),
  }),
  reply: pageOf(grantView),
  problems: [invalidRequest, missingScope, forbidden],
});

/** How a grant was forgotten. */
const forgotten = z.strictObject({
  /** Whether the provider has ended it, too; null: it offers no way to, or there was nothing to end. */
  revokedAtProvider: z.boolean().nullable(),
});

/** Forgets a grant of the organisation, and ends it at the provider where that can be. */
export const forgetGrant = requestContract({
  subject: 'v1.auth-broker.grant.forget',
  callers: ['gateway'],
  request: z.strictObject({ id: z.uuid() }),
  reply: forgotten,
  problems: [notFound, missingScope, forbidden, leaseUnavailable, unknownVariable, invalidRequest, unavailable],
  deadlineMs: 20_000,
  // Whoever waits hears when the broker is lost.
  sealed: true,
});

/** Forgets the grant of a caller, and ends it at the provider where that can be. Forgetting what is not there is none the worse. */
export const forgetCallersGrant = requestContract({
  subject: 'v1.auth-broker.grant.forget-callers',
  callers: ['query-proxy'],
  request: byCaller,
  reply: forgotten,
  problems: [notFound, forbidden, leaseUnavailable, unknownVariable, invalidRequest, unavailable],
  deadlineMs: 20_000,
  sealed: true,
});

/**
 * Forgets what somebody who is gone has agreed to, and ends it at the providers where that can be. What cannot be forgotten now
 * stays in the list of grants.
 */
export const forgetGrantsOf = requestContract({
  subject: 'v1.auth-broker.grant.forget-of',
  callers: ['gateway'],
  request: z.strictObject({ kind: z.enum(['member', 'token']), id: z.uuid() }),
  reply: z.strictObject({ forgotten: z.number().int(), left: z.number().int() }),
  problems: [missingScope, unavailable],
  deadlineMs: 60_000,
  sealed: true,
});

/** Lists what happened to the grant of a caller, the newest first. */
export const listGrantEvents = requestContract({
  subject: 'v1.auth-broker.grant.list-events',
  callers: ['query-proxy'],
  request: z.strictObject({ ...grantOf.shape, ...pageRequest.shape }),
  reply: pageOf(grantEvent),
  problems: [notFound, invalidRequest, leaseUnavailable],
});
