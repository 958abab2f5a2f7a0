// What of a query may be sent again. An answer that says "not now", or no answer at all; and only where doing it twice is
// doing it once: an idempotent method (RFC 9110, 9.2.2), or a key by which the upstream knows a request again.

import { randomUUID } from 'node:crypto';
import type { KeptAnswer } from '@pontage/contracts/egress-worker';
import type { Retries } from '@pontage/contracts/resource-registry';
import { headerOf, retryAfterMs, withHeader, type OutboundRequest } from '@pontage/http-message';

/** The statuses of answers that may be different in a moment. */
export const passingStatuses = [408, 429, 502, 503, 504];
/** Failures before a head that may be different in a moment, by their slugs. */
export const passingFailures = ['upstream-unreachable', 'upstream-broken', 'upstream-timed-out'];

const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

const firstDelayMs = 100;
const maxDelayMs = 2_000;
/** So much later than it says, at most, everybody comes back who was sent away together. */
const spreadMs = 250;
/** An attempt that has less time than this is not made. */
const shortestAttemptMs = 100;

/** The request with a key by which its upstream knows it again, if it needs one. */
export function withIdempotencyKey(request: OutboundRequest, { attempts, idempotencyKey }: Retries): OutboundRequest {
  if (attempts === 0 || idempotencyKey === null || idempotent.has(request.method)) return request;
  return headerOf(request, idempotencyKey) === undefined ? withHeader(request, idempotencyKey, randomUUID()) : request;
}

/** How often a request may be sent again; a body that is not here is sent once. */
export function repeatsOf(request: OutboundRequest, { attempts, idempotencyKey }: Retries): number {
  if (attempts === 0 || request.bodyIsPulled === true) return 0;
  const isKeyed = idempotencyKey !== null && headerOf(request, idempotencyKey) !== undefined;
  return isKeyed || idempotent.has(request.method) ? attempts : 0;
}

/** True for what may be different in a moment. */
export const isPassing = ({ status, problem }: KeptAnswer): boolean =>
  status === null ? passingFailures.includes(problem?.slug ?? '') : passingStatuses.includes(status);

/**
 * How long to wait before the next attempt: as long as the answer asks for, otherwise full jitter under a bound that
 * doubles. Undefined when the time that is left does not hold it.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function delayBefore({ headers }: KeptAnswer, made: number, remainingMs: number): number | undefined {
  const asked = retryAfterMs(headers, Date.now());
  const roomMs = remainingMs - shortestAttemptMs;
  if (asked === undefined) {
    const delayMs = Math.random() * Math.min(maxDelayMs, firstDelayMs * 2 ** made);
    return delayMs > roomMs ? undefined : delayMs;
  }
  return asked > roomMs ? undefined : asked + Math.random() * Math.min(spreadMs, roomMs - asked);
}
