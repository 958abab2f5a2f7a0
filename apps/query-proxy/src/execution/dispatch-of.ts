import type { Dispatch } from '@pontage/contracts/egress-worker';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import { mayFollowRedirects } from '../request/resource-policy.js';
import { failuresToJudge, maxRedirects, statusesToJudge, type Attempt } from './attempt.js';
import type { Prepared } from './prepare.js';

/** Body bytes that a worker may send before the gateway grants more. */
const firstWindow = 128 * 1024;

/** The dispatch of one attempt: complete and signed, answered to the gateway, or to whoever passes it on. */
export function dispatchOf(
  run: RunQuery,
  number: number,
  answerTo: Dispatch['answerTo'],
  prepared: Prepared,
  attempt: Attempt,
  remainingMs: number,
  /** The batch that holds the attempt's intent. */
  intents: string,
): Dispatch {
  const { request, credential, injected, observe } = attempt.applied;
  const { secrets, tls, resolved } = prepared;
  const { limits, policy } = resolved.resource;
  return {
    executionId: run.executionId,
    attempt: number,
    org: run.org,
    answerTo,
    request: {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: request.bodyIsPulled === true ? run.body : { kind: request.body === undefined ? 'none' : 'inline' },
    },
    credential: {
      headers: joined(credential.headers, secrets.headers),
      queryParams: joined(credential.queryParams, secrets.queryParams),
    },
    injected: joined(injected, secrets.texts),
    tls: attempt.hasStrayed ? undefined : tls,
    // The worker cannot sign; a redirect of what is signed comes back here.
    maxRedirects: attempt.judgesRedirects || !mayFollowRedirects(policy) ? 0 : maxRedirects,
    remainingMs,
    maxResponseBytes: Math.min(run.maxResponseBytes, limits.responseBytes ?? run.maxResponseBytes),
    decode: run.decode,
    keep: statusesToJudge(attempt),
    keepFailures: attempt.repeats.left === 0 ? undefined : failuresToJudge(attempt),
    observe,
    learn: limits.learn ? true : undefined,
    window: firstWindow,
    intents,
  };
}

const joined = (these: readonly string[], those: readonly string[]): readonly string[] =>
  those.length === 0 ? these : [...these, ...those];
