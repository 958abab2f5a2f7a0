import type { RunQuery } from '@pontage/contracts/query-proxy';
import type { OutboundRequest } from '@pontage/http-message';
import { internal, invalidRequest, notFound } from '@pontage/problems';
import type { Scope } from '@pontage/templates';
import type { LeaseKey } from '../credential/lease-cache.js';
import { currentUser } from '../policy/current-user.js';
import type { Policy } from '../policy/policy.js';
import { passOn } from '../request/pass-on.js';
import { renderRequest } from '../request/render-request.js';
import { resolveCall, type ResolvedCall } from '../request/resolve-call.js';

/** A query that may run, rendered but for its credential. */
export interface Prepared {
  readonly resolved: ResolvedCall;
  readonly scope: Scope;
  readonly request: OutboundRequest;
  readonly region: string;
  /** Undefined: the resource needs no credential. */
  readonly leaseKey: LeaseKey | undefined;
}

/** Resolves and renders a call. @throws Problem what policy, templates and the call's own fields give cause for. */
export async function prepare(policy: Policy, run: RunQuery, body: Uint8Array): Promise<Prepared> {
  const resolved = await resolveCall(policy, run);
  const { resource, environment } = resolved;
  const scope = scopeOf(policy, run, resolved);
  const region = resource.region ?? policy.organisations.get(run.org)?.defaultRegion;
  if (region === undefined) throw notFound({});
  return {
    resolved,
    scope,
    region,
    request: requestOf(run, resolved, scope, body),
    leaseKey:
      resource.credentialId === null
        ? undefined
        : { credentialId: resource.credentialId, resourceId: resource.id, region, environment },
  };
}

/** Looked up only when a template names them: most name neither. */
function scopeOf(policy: Policy, { org, principal }: RunQuery, { params, environment }: ResolvedCall): Scope {
  return {
    params,
    get current_user() {
      return currentUser(policy, org, principal);
    },
    get config() {
      return policy.configOf(org, environment);
    },
  };
}

function requestOf(
  run: RunQuery,
  { resource, request }: ResolvedCall,
  scope: Scope,
  body: Uint8Array,
): OutboundRequest {
  if (run.call.kind === 'proxy')
    return passOn(resource, run.call, run.body.kind === 'inline' ? body : undefined, scope);
  if (request === null) throw internal({}, { note: 'a query without a request' });
  if (run.body.kind === 'pulled' && resource.body.length > 0) {
    throw invalidRequest(
      {},
      {
        errors: [{ pointer: '/body', detail: 'The resource adds body pairs, which join bodies of up to 256 KB only.' }],
      },
    );
  }
  return renderRequest(resource, request, scope);
}
