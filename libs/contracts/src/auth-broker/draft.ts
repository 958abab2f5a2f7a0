import { invalidRequest, leaseUnavailable, notFound, unavailable } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { regionId } from '../resource-registry/settings/region-policy.js';
import { leaseCredential } from './credential.js';

/**
 * What `apply` needs of a draft, for a connection test of what is not saved. A grant is acquired for this lease alone and
 * kept nowhere; the draft stays as it is.
 */
export const leaseDraft = requestContract({
  subject: 'v1.auth-broker.draft.lease',
  callers: ['query-proxy'],
  request: z.strictObject({ draftId: z.uuid(), region: regionId, environment: z.string() }),
  reply: leaseCredential.reply,
  problems: leaseCredential.problems,
  deadlineMs: leaseCredential.deadlineMs,
  sealed: true,
});

/** The values of a draft of sealed values, by `sealedName` with the draft's own names (`s0`, …) as fingerprints. */
export const leaseDraftSecrets = requestContract({
  subject: 'v1.auth-broker.draft.lease-secrets',
  callers: ['query-proxy'],
  request: z.strictObject({ draftId: z.uuid() }),
  reply: z.strictObject({ values: z.record(z.string(), z.string()) }),
  problems: [notFound, invalidRequest, leaseUnavailable, unavailable],
  sealed: true,
});

/** Deletes drafts that nobody will claim. One that is not there is no fault. */
export const dropDrafts = requestContract({
  subject: 'v1.auth-broker.draft.drop',
  callers: ['gateway'],
  request: z.strictObject({ draftIds: z.array(z.uuid()).max(100) }),
  reply: z.strictObject({}),
  problems: [],
  deadlineMs: 3_000,
});
