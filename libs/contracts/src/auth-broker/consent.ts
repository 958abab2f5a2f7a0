import {
  consentExpired,
  credentialRejected,
  destinationDenied,
  forbidden,
  invalidRequest,
  leaseUnavailable,
  notFound,
  overloaded,
  regionUnavailable,
  responseTooLarge,
  tokenEndpointFailed,
  unavailable,
  unknownVariable,
} from '@pontage/problems';
import { z } from 'zod';
import { caller } from '../caller.js';
import { requestContract } from '../contract.js';
import { regionId } from '../resource-registry/settings/region-policy.js';

/** Whose grant of what: the same as a lease is asked for. */
export const grantOf = z.strictObject({
  credentialId: z.uuid(),
  resourceId: z.uuid(),
  /** Where the provider is called from. */
  region: regionId,
  environment: z.string(),
  caller,
});

/** Whether the caller may change the resource. Whoever may only use it replaces and forgets no grant that serves everybody. */
export const byCaller = z.strictObject({ ...grantOf.shape, mayEdit: z.boolean() });

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What may keep a person from being sent to a provider. */
export const consentProblems = [
  notFound,
  invalidRequest,
  leaseUnavailable,
  unknownVariable,
  credentialRejected,
  tokenEndpointFailed,
  responseTooLarge,
  destinationDenied,
  regionUnavailable,
  overloaded,
  unavailable,
];

/**
 * Begins the sign-in of a caller at a resource's provider. The gateway makes handle and state, 256 random bits each; whoever
 * has the handle may go on with it, in one browser, for ten minutes.
 */
export const beginConsent = requestContract({
  subject: 'v1.auth-broker.consent.begin',
  callers: ['query-proxy'],
  request: z.strictObject({
    ...byCaller.shape,
    resourceName: z.string(),
    handle: z.string(),
    state: z.string(),
    /** Where the provider sends the person back to. */
    redirectUri: z.url(),
    /** Where they go in the end; null: to a page that may be closed. */
    returnTo: z.url().nullable(),
    /** True: a sign-in that was begun for the same and not opened yet does as well. */
    mayReuse: z.boolean().default(false),
  }),
  reply: z.strictObject({ handle: z.string() }),
  problems: [forbidden, ...consentProblems],
  sealed: true,
});

/** What a person who opened a sign-in is to do next. */
const nextStep = z.discriminatedUnion('step', [
  /** To read who will get what, and to confirm it. */
  z.strictObject({
    step: z.literal('confirm'),
    resource: z.string(),
    /** The host of the provider. */
    at: z.string(),
    scopes: z.array(z.string()),
    /** Whose sign-in it will be; null: everybody's. */
    forWhom: z.string().nullable(),
  }),
  z.strictObject({ step: z.literal('leave'), url: z.string() }),
]);

/** Goes on with a sign-in in the browser that is known by a cookie, of which only the SHA-256 (hex) is told. The first one has it. */
export const openConsent = requestContract({
  subject: 'v1.auth-broker.consent.open',
  callers: ['gateway'],
  request: z.strictObject({ handleHash: sha256, browserHash: sha256, isConfirmed: z.boolean() }),
  reply: nextStep,
  problems: [consentExpired, ...consentProblems],
  deadlineMs: 30_000,
  sealed: true,
});

/**
 * Ends a sign-in with what the provider sent the person back with: once, and in the browser that it was opened in. As long as
 * there is no worker to ask the provider by, it is not over.
 */
export const completeConsent = requestContract({
  subject: 'v1.auth-broker.consent.complete',
  callers: ['gateway'],
  request: z.strictObject({
    stateHash: sha256,
    browserHash: sha256,
    /** The callback's query. */
    answer: z.string().max(16_000),
  }),
  reply: z.strictObject({
    resource: z.string(),
    returnTo: z.url().nullable(),
    /** Null: signed in. */
    failure: z.strictObject({ problem: z.string(), detail: z.string() }).nullable(),
  }),
  problems: [consentExpired, notFound, regionUnavailable, overloaded, unavailable],
  deadlineMs: 40_000,
  sealed: true,
});
