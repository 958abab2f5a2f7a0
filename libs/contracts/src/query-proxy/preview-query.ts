import {
  bodyNotSignable,
  bodyTooLarge,
  destinationDenied,
  forbidden,
  invalidRequest,
  leaseUnavailable,
  missingScope,
  notFound,
  secretVariable,
  stalePolicy,
  unavailable,
  unknownVariable,
} from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { adHocQuery } from './query-request.js';
import { bodyHashes } from './run-query.js';

/** The request that a query would make. Every secret in it is `***`, in whatever spelling it stands there. */
const requestPreview = z.strictObject({
  method: z.string(),
  url: z.string(),
  /** In their order. The connection adds Host and the body's framing. */
  headers: z.array(z.tuple([z.string(), z.string()])),
  /** `omitted`: too large to be put together here; it goes over the wire as the caller sends it. */
  body: z
    .strictObject({ encoding: z.enum(['text', 'base64', 'omitted']), value: z.string(), bytes: z.int() })
    .nullable(),
  region: z.string(),
  environment: z.string(),
  resource: z.strictObject({ id: z.uuid(), version: z.int() }),
  timeoutMs: z.int(),
  /** How many redirects are followed; a signed request is signed anew for each. */
  maxRedirects: z.int(),
  credential: z
    .strictObject({
      method: z.string(),
      /** `missing`: a query would acquire one first; until then the request cannot carry its credential. */
      grant: z.enum(['none', 'held', 'missing']),
      /** Where the credential stands. Lower-case names. */
      headers: z.array(z.string()),
      queryParams: z.array(z.string()),
      /** The upstream's challenge is answered with a second request, which is not known before. */
      answersChallenges: z.boolean(),
    })
    .nullable(),
  /** What a signature is made over, by the names of its specification. */
  signed: z.record(z.string(), z.string()),
});
export type RequestPreview = z.output<typeof requestPreview>;

/** Shows the exact request that a query would make. Nothing is sent, nothing is acquired. */
export const previewQuery = requestContract({
  subject: 'v1.query-proxy.query.preview',
  callers: ['gateway'],
  request: z.strictObject({
    resource: z.string(),
    query: adHocQuery,
    /** The bytes of a body that a worker would pull; null: the query has its body with it. */
    pulledBytes: z.int().nullable(),
    /** What such a body hashes to. */
    pulledHashes: z.record(z.enum(bodyHashes), z.string()).optional(),
    /** The caller's own cookies, as one line. */
    cookieLine: z.string().optional(),
  }),
  reply: requestPreview,
  problems: [
    invalidRequest,
    notFound,
    missingScope,
    forbidden,
    stalePolicy,
    unknownVariable,
    secretVariable,
    leaseUnavailable,
    bodyTooLarge,
    bodyNotSignable,
    destinationDenied,
    unavailable,
  ],
  sealed: true,
});
