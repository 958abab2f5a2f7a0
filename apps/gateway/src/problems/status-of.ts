import type { ProblemKind } from '@pontage/problems';

/** The one place where a kind of problem becomes an HTTP status. */
export const statusOf: Readonly<Record<ProblemKind, number>> = {
  invalid: 400,
  unprocessable: 422,
  'unsupported-media': 415,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'precondition-failed': 412,
  'too-slow': 408,
  'too-large': 413,
  'rate-limited': 429,
  'upstream-failed': 502,
  'upstream-timed-out': 504,
  internal: 500,
  unavailable: 503,
};
