import {
  destinationDenied,
  notFound,
  overloaded,
  regionUnavailable,
  responseTooLarge,
  signInRefused,
  tokenEndpointFailed,
  unavailable,
  upstreamBroken,
  upstreamTimedOut,
  upstreamTlsFailed,
  upstreamUnreachable,
  workerLost,
} from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { identity } from '../resource-registry/member/member-session.js';

const callers = ['gateway'] as const;
/** 256 bits in base64url. */
const random = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const url = z.url({ protocol: /^https?$/ }).max(16_384);
/** Several requests to the provider, one after the other. */
const deadlineMs = 13_000;

const problems = [
  notFound,
  signInRefused,
  tokenEndpointFailed,
  destinationDenied,
  overloaded,
  regionUnavailable,
  responseTooLarge,
  unavailable,
  upstreamBroken,
  upstreamTimedOut,
  upstreamTlsFailed,
  upstreamUnreachable,
  workerLost,
];

/**
 * Where a browser is sent to sign in with the identity provider of this installation; `not-found` when it has none. State, nonce and the
 * verifier behind the challenge are the caller's, who binds them to the browser.
 * @see OpenID Connect Core 1.0, 3.1.2.1; RFC 7636
 */
export const beginMemberSignIn = requestContract({
  subject: 'v1.auth-broker.member-sign-in.begin',
  callers,
  request: z.strictObject({ redirectUri: url, state: random, nonce: random, codeChallenge: random }),
  reply: z.strictObject({ url: z.string() }),
  problems,
  deadlineMs,
  sealed: true,
});

/**
 * Who somebody is who came back from the identity provider: the code is exchanged, and everything that the provider says is checked.
 * @see OpenID Connect Core 1.0, 3.1.3; RFC 9207
 */
export const completeMemberSignIn = requestContract({
  subject: 'v1.auth-broker.member-sign-in.complete',
  callers,
  request: z.strictObject({
    /** The redirect URI with the parameters that the provider has sent. */
    callbackUrl: url,
    state: random,
    nonce: random,
    codeVerifier: random,
  }),
  reply: identity,
  problems,
  deadlineMs,
  sealed: true,
});
