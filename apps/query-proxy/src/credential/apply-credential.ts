import { authMethods, renderCredential, type Credential, type Grant } from '@pontage/auth-methods';
import type { Lease } from '@pontage/contracts/auth-broker';
import type { OutboundRequest } from '@pontage/http-message';
import { internal } from '@pontage/problems';
import type { Scope } from '@pontage/templates';

/** A request that carries its credential, and what the worker has to know about that. */
export interface Applied {
  readonly request: OutboundRequest;
  /** Where the credential stands, so that it does not follow a redirect to another origin. */
  readonly credential: { readonly headers: readonly string[]; readonly queryParams: readonly string[] };
  /** The secret texts on the request, so that an answer that echoes one of them is sealed. */
  readonly injected: readonly string[];
  /** Statuses that mean that a newer grant may help; none once that has been tried. */
  readonly retryOn: readonly number[];
}

/**
 * Puts a lease's credential on a request. Without a lease the request goes as it is.
 * @throws Problem when a configuration variable that the credential names has no fitting value.
 */
export function applyCredential(
  request: OutboundRequest,
  lease: Lease | undefined,
  scope: Scope,
  mayAnswer: boolean,
): Applied {
  if (lease === undefined) return { request, credential: { headers: [], queryParams: [] }, injected: [], retryOn: [] };
  const method = authMethods.get(lease.method);
  if (method === undefined) throw internal({}, { note: `a lease on the unknown auth method ${lease.method}` });
  const leased: Credential = { settings: lease.settings, secrets: lease.secrets };
  // What a grant was acquired for was rendered by the broker before.
  const credential = lease.grant === null ? renderCredential(method, leased, scope) : leased;
  const grant: Grant | undefined =
    lease.grant === null ? undefined : { value: lease.grant.value, expiresAt: expiryOf(lease.grant.expiresInMs) };
  return {
    request: method.apply(request, credential, grant, new Date()),
    credential: method.carriers(credential),
    injected: method.injectedValues(credential, grant),
    retryOn: mayAnswer ? method.retryOn : [],
  };
}

const expiryOf = (inMs: number | null): Date | null => (inMs === null ? null : new Date(Date.now() + inMs));
