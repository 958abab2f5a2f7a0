import { invalidRequest, leaseUnavailable, notFound, rotationSettling, unavailable } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { authenticationView } from '../resource-registry/resource.js';

/**
 * Keeps as a draft what a credential would be with other secrets. Fields at fault are reported where they stand among
 * `fields`; whatever else the credential has stays as it is.
 */
export const draftRotation = requestContract({
  subject: 'v1.auth-broker.rotation.draft',
  callers: ['gateway'],
  request: z.strictObject({
    credentialId: z.uuid(),
    resourceId: z.uuid(),
    fields: z.record(z.string(), z.json()),
  }),
  reply: z.strictObject({
    draftId: z.uuid(),
    /** Where the upstream tells whether the credential is taken, as it is configured; null: nowhere. */
    verificationUrl: z.string().nullable(),
  }),
  problems: [notFound, invalidRequest, rotationSettling, leaseUnavailable, unavailable],
  sealed: true,
});

/** What upstreams have said of new credentials, since it was noted last. Counts of credentials that do not settle are no fault. */
export const noteRotations = requestContract({
  subject: 'v1.auth-broker.rotation.note',
  callers: ['query-proxy'],
  request: z.strictObject({
    notes: z
      .array(
        z.strictObject({
          credentialId: z.uuid(),
          /** Answers to requests with the new credential that did not refuse it. */
          accepted: z.int().nonnegative(),
          /** Refusals of it where the credential before was taken. */
          refused: z.int().nonnegative(),
        }),
      )
      .max(1000),
  }),
  reply: z.strictObject({}),
  problems: [unavailable],
});

/** Which credentials have taken the place of these, as far as they were retired: what stands in for each, by its id. */
export const findSuccessors = requestContract({
  subject: 'v1.auth-broker.rotation.find-successors',
  callers: ['resource-registry'],
  request: z.strictObject({ resourceId: z.uuid(), credentialIds: z.array(z.uuid()) }),
  reply: z.strictObject({
    successors: z.record(
      z.uuid(),
      z.strictObject({ credentialId: z.uuid(), authentication: authenticationView, rotatedAt: z.iso.datetime() }),
    ),
  }),
  problems: [leaseUnavailable, unavailable],
});
