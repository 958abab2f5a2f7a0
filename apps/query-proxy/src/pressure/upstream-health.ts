import type { Receipt } from '@pontage/contracts/egress-worker';

const failures: ReadonlySet<string> = new Set(['upstream-unreachable', 'upstream-tls-failed', 'upstream-broken']);
const failedStatuses: ReadonlySet<number | null> = new Set([502, 503, 504]);

/**
 * Whether an attempt has failed because of its upstream; undefined when it tells nothing of that. A 500 is about one
 * request. `hadItsTime`: it had as long as its resource allows, so that a caller who gives less proves nothing.
 */
export function hasFailed({ status, problem }: Receipt, hadItsTime: boolean): boolean | undefined {
  if (problem === 'upstream-timed-out') return hadItsTime ? true : undefined;
  if (problem !== null && failures.has(problem)) return true;
  return status === null ? undefined : failedStatuses.has(status);
}
