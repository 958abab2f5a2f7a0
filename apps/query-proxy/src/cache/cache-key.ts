import { createHash } from 'node:crypto';
import { callerName, callerOf } from '@pontage/contracts';
import type { Lease } from '@pontage/contracts/auth-broker';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import { readyCredential, type ReadyCredential } from '../credential/apply-credential.js';
import { leaseName } from '../credential/lease-cache.js';
import type { Prepared } from '../execution/prepare.js';

/** What a key is made from: a query that could leave now. */
export interface Keyed {
  readonly run: Pick<RunQuery, 'org' | 'principal' | 'maxResponseBytes' | 'decode'>;
  readonly prepared: Prepared;
  readonly lease: Lease | undefined;
  /** The caller's cookies as one line. */
  readonly cookies: () => string | undefined;
}

/**
 * The name under which an answer is kept: a hash over all that decides it. That is the rendered request itself, in which
 * everything stands that templates took from parameters, variables, sessions and cookies; the credential as it would be put on it;
 * who the upstream is told it is; the versions of what was saved; and, unless it is shared, who asks with all that is known of them. Two callers who could get
 * different answers have different requests or different credentials, whatever somebody chose about sharing.
 */
export function cacheKeyOf({ run, prepared, lease, cookies }: Keyed): string {
  const { resolved, request, region, tls, identity } = prepared;
  const { saved, resource, environment, app, queryName, retries } = resolved;
  // What is another one each time, and means the same.
  const fleeting = new Set([retries.idempotencyKey?.toLowerCase(), identity?.header.toLowerCase()]);
  const hash = createHash('sha256').update(
    JSON.stringify([
      [run.org, app, queryName, saved?.version, resource.id, resource.version, environment, region],
      [run.maxResponseBytes, run.decode, tls ?? null],
      saved?.cache?.share === 'everyone' ? null : run.principal,
      [request.method, request.url, request.headers.filter(([name]) => !fleeting.has(name.toLowerCase()))],
      identity?.name ?? null,
      credentialOf(prepared, lease, run, cookies),
    ]),
  );
  return hash.update(request.body ?? '').digest('base64url');
}

function credentialOf(
  { leaseKey, scope }: Prepared,
  lease: Lease | undefined,
  { principal }: Keyed['run'],
  cookies: Keyed['cookies'],
): unknown {
  if (leaseKey === undefined || lease === undefined) return null;
  const ready = readyCredential(lease, scope);
  const { settings, secrets } = ready.credential;
  const own = passesCookies(ready) ? [callerName(callerOf(principal)), cookies() ?? null] : null;
  return [leaseName(leaseKey, lease.serves), lease.grant?.version, lease.variables, settings, secrets, own];
}

/** The credential consists of cookies of the caller's, which stand on no request yet. */
const passesCookies = ({ method, credential }: ReadyCredential): boolean =>
  (method.callerCookies?.(credential.settings) ?? []).length > 0;
