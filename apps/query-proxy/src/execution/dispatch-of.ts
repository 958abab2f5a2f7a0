import type { Dispatch } from '@pontage/contracts/egress-worker';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import type { Applied } from '../credential/apply-credential.js';
import { mayFollowRedirects } from '../request/resource-policy.js';
import type { Prepared } from './prepare.js';

const maxRedirects = 5;
/** Body bytes that a worker may send before the gateway grants more. */
const firstWindow = 128 * 1024;

/** The dispatch of one attempt: complete and signed, answered straight to the gateway. */
export function dispatchOf(
  run: RunQuery,
  attempt: number,
  inbox: string,
  prepared: Prepared,
  applied: Applied,
): Dispatch {
  const { request, credential, injected, retryOn } = applied;
  const { secrets, tls, resolved } = prepared;
  const { timeoutMs } = resolved;
  const { limits, policy } = resolved.resource;
  return {
    executionId: run.executionId,
    attempt,
    org: run.org,
    answerTo: { process: run.gateway, inbox, bulkInbox: run.bulkInbox, sealed: false },
    request: {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: run.body.kind === 'pulled' ? run.body : { kind: request.body === undefined ? 'none' : 'inline' },
    },
    credential: {
      headers: [...credential.headers, ...secrets.headers],
      queryParams: [...credential.queryParams, ...secrets.queryParams],
    },
    injected: [...injected, ...secrets.texts],
    ...(tls === undefined ? {} : { tls }),
    maxRedirects: mayFollowRedirects(policy) ? maxRedirects : 0,
    remainingMs: Math.min(run.remainingMs ?? timeoutMs, timeoutMs),
    maxResponseBytes: Math.min(run.maxResponseBytes, limits.responseBytes ?? run.maxResponseBytes),
    decode: run.decode,
    keep: retryOn,
    window: firstWindow,
    audited: true,
  };
}
