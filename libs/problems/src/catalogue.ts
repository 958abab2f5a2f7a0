import { z } from 'zod';
import {
  bodyNotSignable,
  challengeUnsupported,
  consentDenied,
  consentExpired,
  consentRequired,
  credentialRejected,
  newSecretRejected,
  rotationSettling,
  tokenEndpointFailed,
} from './credential-problems.js';
import { lastAdmin, memberEmailTaken, signInRefused } from './member-problems.js';
import { embedSessionExpired, embedUrlExpired, embedUrlRedeemed, embedUrlRevoked } from './embed-problems.js';
import { defineProblem, type ProblemDefinition } from './problem.js';
import { secretVariable, templateUnsupported, unknownVariable } from './template-problems.js';
import { webhookDisabled, webhookLimitReached } from './webhook-problems.js';

// What the caller can mend.
export const invalidRequest = defineProblem({
  slug: 'invalid-request',
  kind: 'invalid',
  title: 'The request is not valid',
});
export const unknownRegion = defineProblem({
  slug: 'unknown-region',
  kind: 'invalid',
  title: 'There is no such region',
  facts: z.object({ region: z.string() }),
});
export const unauthenticated = defineProblem({
  slug: 'unauthenticated',
  kind: 'unauthenticated',
  title: 'A valid bearer token is needed',
});
export const missingScope = defineProblem({
  slug: 'missing-scope',
  kind: 'forbidden',
  title: 'The token lacks the scope that this needs',
  facts: z.object({ scope: z.string() }),
});
export const forbidden = defineProblem({ slug: 'forbidden', kind: 'forbidden', title: 'This is not allowed' });
export const browserRefused = defineProblem({
  slug: 'browser-refused',
  kind: 'forbidden',
  title: 'Embed URLs are minted by a backend, never by a browser',
});
export const notFound = defineProblem({ slug: 'not-found', kind: 'not-found', title: 'There is no such thing here' });
export const resourceNameTaken = defineProblem({
  slug: 'resource-name-taken',
  kind: 'conflict',
  title: 'A resource with this name already exists',
  facts: z.object({ name: z.string() }),
});
export const appNameTaken = defineProblem({
  slug: 'app-name-taken',
  kind: 'conflict',
  title: 'An app with this name already exists',
  facts: z.object({ name: z.string() }),
});
export const groupNameTaken = defineProblem({
  slug: 'group-name-taken',
  kind: 'conflict',
  title: 'A group with this name already exists',
  facts: z.object({ name: z.string() }),
});
export const organisationNameTaken = defineProblem({
  slug: 'organisation-name-taken',
  kind: 'conflict',
  title: 'An organisation with this name already exists',
  facts: z.object({ name: z.string() }),
});
export const inUse = defineProblem({
  slug: 'in-use',
  kind: 'conflict',
  title: 'Something else still needs this',
  facts: z.object({ by: z.array(z.string()) }),
});
export const secretRequired = defineProblem({
  slug: 'secret-required',
  kind: 'conflict',
  title: 'The destination changes, so the secret must be given again',
});
export const idempotencyAnswerGone = defineProblem({
  slug: 'idempotency-answer-gone',
  kind: 'conflict',
  title: 'The answer to this idempotency key held a secret and is no longer kept',
});
export const idempotencyInProgress = defineProblem({
  slug: 'idempotency-in-progress',
  kind: 'conflict',
  title: 'A request with this idempotency key is still being answered',
});
export const idempotencyKeyReused = defineProblem({
  slug: 'idempotency-key-reused',
  kind: 'unprocessable',
  title: 'This idempotency key belongs to another request',
});
export const bodyNotReplayable = defineProblem({
  slug: 'body-not-replayable',
  kind: 'conflict',
  title: 'The upstream wants the request again, but its body is gone',
});
export const preconditionFailed = defineProblem({
  slug: 'precondition-failed',
  kind: 'precondition-failed',
  title: 'It has changed since you read it',
});
export const bodyTooLarge = defineProblem({
  slug: 'body-too-large',
  kind: 'too-large',
  title: 'The request body is larger than the limit',
  facts: z.object({ limitBytes: z.number() }),
});
export const requestTimedOut = defineProblem({
  slug: 'request-timed-out',
  kind: 'too-slow',
  title: 'The request did not come in time',
});
export const unsupportedMediaType = defineProblem({
  slug: 'unsupported-media-type',
  kind: 'unsupported-media',
  title: 'The body is of a type that this does not take',
});
export const rateLimited = defineProblem({ slug: 'rate-limited', kind: 'rate-limited', title: 'Too many requests' });

// What whoever configured the resource can mend.
export const destinationDenied = defineProblem({
  slug: 'destination-denied',
  kind: 'forbidden',
  title: 'The egress policy forbids this destination',
});

// What the upstream did.
export const upstreamUnreachable = defineProblem({
  slug: 'upstream-unreachable',
  kind: 'upstream-failed',
  title: 'The upstream could not be reached',
  facts: z.object({ stage: z.enum(['resolve', 'connect']) }),
});
export const upstreamTlsFailed = defineProblem({
  slug: 'upstream-tls-failed',
  kind: 'upstream-failed',
  title: 'No trusted TLS connection to the upstream',
  // OpenSSL's code, where it gave one.
  facts: z.object({ stage: z.literal('tls'), reason: z.string().optional() }),
});
export const upstreamBroken = defineProblem({
  slug: 'upstream-broken',
  kind: 'upstream-failed',
  title: 'The upstream broke off or sent what is not HTTP',
  facts: z.object({ stage: z.enum(['request', 'head', 'body']) }),
});
export const responseTooLarge = defineProblem({
  slug: 'response-too-large',
  kind: 'upstream-failed',
  title: 'The response is larger than the limit',
  facts: z.object({ limitBytes: z.number() }),
});
export const tooManyRedirects = defineProblem({
  slug: 'too-many-redirects',
  kind: 'upstream-failed',
  title: 'The upstream redirects without end',
  facts: z.object({ limit: z.number() }),
});
export const workerLost = defineProblem({
  slug: 'worker-lost',
  kind: 'upstream-failed',
  title: 'The worker was lost while it held the request; whether the upstream acted is unknown',
  // The next one goes to another worker.
  retryAfterSeconds: 1,
});
export const upstreamTimedOut = defineProblem({
  slug: 'upstream-timed-out',
  kind: 'upstream-timed-out',
  title: 'The upstream took too long',
  facts: z.object({ stage: z.enum(['resolve', 'connect', 'tls', 'request', 'head', 'body']) }),
});

export const circuitOpen = defineProblem({
  slug: 'circuit-open',
  kind: 'unavailable',
  title: 'The upstream fails, and is left alone for a moment',
});

// What we owe an explanation for.
export const internal = defineProblem({ slug: 'internal', kind: 'internal', title: 'Something is wrong on our side' });
export const unavailable = defineProblem({
  slug: 'unavailable',
  kind: 'unavailable',
  title: 'A part of Pontage cannot be reached right now',
});
export const regionUnavailable = defineProblem({
  slug: 'region-unavailable',
  kind: 'unavailable',
  title: 'No worker of this region takes requests right now',
  facts: z.object({ region: z.string() }),
});
export const dispatchLost = defineProblem({
  slug: 'dispatch-lost',
  kind: 'unavailable',
  title: 'Nothing was heard of the request; whether the upstream acted is unknown',
});
export const leaseUnavailable = defineProblem({
  slug: 'lease-unavailable',
  kind: 'unavailable',
  title: 'The credential cannot be lent right now',
});
export const stalePolicy = defineProblem({
  slug: 'stale-policy',
  kind: 'unavailable',
  title: 'This process has not heard of revocations lately and does not guess',
});
export const overloaded = defineProblem({ slug: 'overloaded', kind: 'unavailable', title: 'Too much at once' });
export const auditUnavailable = defineProblem({
  slug: 'audit-unavailable',
  kind: 'unavailable',
  title: 'The audit record cannot be written, so nothing was done',
});

/** Every problem there is, by slug. A problem that is not here does not cross a process boundary. */
export const problemCatalogue: ReadonlyMap<string, Pick<ProblemDefinition, 'slug' | 'kind' | 'title'>> = new Map(
  [
    invalidRequest,
    unknownRegion,
    unauthenticated,
    embedSessionExpired,
    signInRefused,
    missingScope,
    forbidden,
    browserRefused,
    notFound,
    resourceNameTaken,
    appNameTaken,
    groupNameTaken,
    memberEmailTaken,
    lastAdmin,
    organisationNameTaken,
    inUse,
    webhookLimitReached,
    webhookDisabled,
    secretRequired,
    idempotencyAnswerGone,
    idempotencyInProgress,
    idempotencyKeyReused,
    bodyNotReplayable,
    embedUrlRedeemed,
    embedUrlExpired,
    embedUrlRevoked,
    preconditionFailed,
    bodyTooLarge,
    requestTimedOut,
    bodyNotSignable,
    unsupportedMediaType,
    rateLimited,
    destinationDenied,
    templateUnsupported,
    unknownVariable,
    secretVariable,
    upstreamUnreachable,
    upstreamTlsFailed,
    upstreamBroken,
    responseTooLarge,
    tooManyRedirects,
    workerLost,
    consentDenied,
    consentExpired,
    consentRequired,
    credentialRejected,
    challengeUnsupported,
    newSecretRejected,
    rotationSettling,
    tokenEndpointFailed,
    upstreamTimedOut,
    circuitOpen,
    internal,
    unavailable,
    regionUnavailable,
    dispatchLost,
    leaseUnavailable,
    stalePolicy,
    overloaded,
    auditUnavailable,
  ].map((definition) => [definition.slug, definition]),
);
