import {
  destinationDenied,
  invalidRequest,
  leaseUnavailable,
  notFound,
  overloaded,
  regionUnavailable,
  tokenEndpointFailed,
  unavailable,
  unknownVariable,
  upstreamBroken,
  upstreamTimedOut,
  upstreamTlsFailed,
  upstreamUnreachable,
  workerLost,
} from '@pontage/problems';
import { z } from 'zod';
import { caller } from '../caller.js';
import { requestContract } from '../contract.js';
import { regionId } from '../resource-registry/settings/region-policy.js';

/** How a caller stands with a resource's upstream. */
export const signIn = z.strictObject({
  /** `expired`: there was a grant, it is over, and there is no other to be had. */
  state: z.enum(['authorized', 'unauthorized', 'expired', 'not-required']),
  /** When the grant ends; null when there is none, or none that ends. */
  expiresAt: z.iso.datetime().nullable(),
  /** What the next query would do, and why: a sentence for people. */
  explain: z.string(),
});

/** The same as we know it among ourselves. */
export const verifiedSignIn = signIn.extend({
  /** The caller lacks a grant of their own, and would have one by signing in. */
  canSignIn: z.boolean(),
});
export type VerifiedSignIn = z.output<typeof verifiedSignIn>;

/** What may keep us from knowing. A credential that is rejected is an answer, and none of these. */
export const signInProblems = [
  notFound,
  invalidRequest,
  unknownVariable,
  leaseUnavailable,
  tokenEndpointFailed,
  destinationDenied,
  regionUnavailable,
  upstreamUnreachable,
  upstreamTlsFailed,
  upstreamBroken,
  upstreamTimedOut,
  workerLost,
  overloaded,
  unavailable,
];

/** How TLS is spoken with a resource's upstream, as a dispatch has it. */
const tls = z.strictObject({
  allowSelfSigned: z.boolean(),
  ca: z.string().nullable(),
  client: z.strictObject({ certificate: z.string(), key: z.string() }).nullable(),
});

/**
 * Finds out how a caller stands with an upstream: holds or acquires the grant, and asks the verification URL with the
 * credential on the request. Sealed: the request may hold secrets, the caller's cookies among them.
 */
export const verifySignIn = requestContract({
  subject: 'v1.auth-broker.sign-in.verify',
  callers: ['query-proxy'],
  request: z.strictObject({
    credentialId: z.uuid(),
    resourceId: z.uuid(),
    region: regionId,
    environment: z.string(),
    caller,
    /** A query's request of the base URL itself, but for the credential. */
    request: z.strictObject({ url: z.string(), headers: z.array(z.tuple([z.string(), z.string()])) }),
    tls: tls.optional(),
    /** The caller's own cookies, as one line. */
    cookieLine: z.string().optional(),
    timeoutMs: z.int().positive(),
  }),
  reply: verifiedSignIn,
  problems: signInProblems,
  deadlineMs: 50_000,
  sealed: true,
});
