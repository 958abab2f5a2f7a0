import type { Dispatch } from '@pontage/contracts/egress-worker';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import { mayFollowRedirects } from '../request/resource-policy.js';
import { maxRedirects, statusesToJudge, type Attempt } from './attempt.js';
import type { Prepared } from './prepare.js';

/** Body bytes that a worker may send before the gateway grants more. */
const firstWindow = 128 * 1024;

/** The dispatch of one attempt: complete and signed, answered straight to the gateway. */
export function dispatchOf(
  run: RunQuery,
  number: number,
  inbox: string,
  prepared: Prepared,
  attempt: Attempt,
  remainingMs: number,
): Dispatch {
  const { request, credential, injected, observe } = attempt.applied;
  const { secrets, tls, resolved } = prepared;
  const { limits, policy, regionPolicy } = resolved.resource;
  return {
    executionId: run.executionId,
    attempt: number,
    org: run.org,
    answerTo: { process: run.gateway, inbox, bulkInbox: run.bulkInbox, sealed: regionPolicy.sealed },
    request: {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: request.bodyIsPulled === true ? run.body : { kind: request.body === undefined ? 'none' : 'inline' },
    },
    credential: {
      headers: [...credential.headers, ...secrets.headers],
      queryParams: [...credential.queryParams, ...secrets.queryParams],
    },
    injected: [...injected, ...secrets.texts],
    ...(tls === undefined || attempt.hasStrayed ? {} : { tls }),
    // The worker cannot sign; a redirect of what is signed comes back here.
    maxRedirects: attempt.judgesRedirects || !mayFollowRedirects(policy) ? 0 : maxRedirects,
    remainingMs,
    maxResponseBytes: Math.min(run.maxResponseBytes, limits.responseBytes ?? run.maxResponseBytes),
    decode: run.decode,
    keep: statusesToJudge(attempt),
    observe,
    window: firstWindow,
    audited: true,
  };
}
