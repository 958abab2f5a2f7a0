import { callerOf } from '@pontage/contracts';
import type { DispatchTls } from '@pontage/contracts/egress-worker';
import type { OutboundRequest } from '@pontage/http-message';
import { internal, invalidRequest, notFound } from '@pontage/problems';
import type { Json, Scope } from '@pontage/templates';
import type { AskedIdentity } from '../identity/identity-tokens.js';
import { identityOf, withIdentity, type IdentityOnRequest } from '../identity/with-identity.js';
import type { LeaseKey } from '../credential/lease-cache.js';
import type { SealedTexts } from '../credential/sealed-value-cache.js';
import { currentUser } from '../policy/current-user.js';
import type { Policy } from '../policy/policy.js';
import { withIdempotencyKey } from '../pressure/retry-rule.js';
import { isBodyless } from '../request/extra-body.js';
import { passOn } from '../request/pass-on.js';
import { renderRequest, type RenderedRequest, type RenderSources } from '../request/render-request.js';
import { resolveCall, type AskedCall, type ResolvedCall } from '../call/resolve-call.js';
import { transportOf } from '../request/transport-of.js';
import { CallVariables, type VariableSource } from '../variable/call-variables.js';
import { variablesOfSealed, variablesOfSettings } from '../variable/named-variables.js';

/** A query that may run, rendered but for its credential. */
export interface Prepared extends RenderedRequest {
  readonly resolved: ResolvedCall;
  /** What the resource's settings and its credential may name. */
  readonly scope: Scope;
  readonly variables: CallVariables;
  /** How TLS is spoken with this resource's upstream; undefined: as with every other. */
  readonly tls: DispatchTls | undefined;
  readonly region: string;
  /** Undefined: the upstream is not told who calls. */
  readonly identity: IdentityOnRequest | undefined;
  /** Undefined: the resource needs no credential. */
  readonly leaseKey: LeaseKey | undefined;
}

/** The secrets that a call may draw upon, each opened when it is needed. */
export interface CallSecrets {
  /** The sealed values of a resource. @throws Problem the broker's */
  sealed(secretsId: string, resourceId: string): Promise<SealedTexts>;
  /** A token that tells an upstream who calls. @throws Problem `lease-unavailable` */
  readonly identity: (asked: AskedIdentity) => string | Promise<string>;
  /** The caller's cookies as one line. */
  cookies(): string | undefined;
  /** The secret variables that settings name. */
  readonly variables: VariableSource;
}

/**
 * The region that a call leaves from: the resource's own, or one that it may fall back on while its own takes nothing.
 * @throws notFound when its organisation has gone
 */
export function regionOf(policy: Policy, { org, test }: AskedCall, { resource }: ResolvedCall): string {
  const asked = test?.region ?? null;
  if (asked !== null) return asked;
  const region = resource.region ?? policy.organisations.get(org)?.defaultRegion;
  if (region === undefined) throw notFound({});
  return policy.workers.choose([region, ...resource.regionPolicy.fallback]);
}

/** Resolves and renders a call. @throws Problem what policy, templates and the call's own fields give cause for. */
export async function prepare(
  policy: Policy,
  secrets: CallSecrets,
  run: AskedCall,
  body: Uint8Array,
): Promise<Prepared> {
  return prepareResolved(policy, secrets, run, await resolveCall(policy, run), body);
}

/** Renders a call that is resolved already. @throws Problem what templates and the call's own fields give cause for. */
export async function prepareResolved(
  policy: Policy,
  secrets: CallSecrets,
  run: AskedCall,
  resolved: ResolvedCall,
  body: Uint8Array,
): Promise<Prepared> {
  const { resource, environment } = resolved;
  const variables = new CallVariables(policy, secrets.variables, run.org, environment);
  const region = regionOf(policy, run, resolved);
  const sealed = resource.secretsId === null ? nothing : await secrets.sealed(resource.secretsId, resource.id);
  const opening = variables.open([...variablesOfSettings(resource), ...variablesOfSealed(sealed)]);
  if (opening !== undefined) await opening;
  const forwards = resource.forwardAllCookies || resource.cookiesToForward.length > 0;
  const scope = scopeOf(policy, run, resolved, () => variables.ofSettings);
  const sources = {
    scope,
    queryScope: scopeOf(policy, run, resolved, () => variables.ofQuery),
    sealed,
    secretText: (name: string) => variables.secretText(name),
    cookieLine: forwards ? secrets.cookies() : undefined,
  };
  const bare = requestOf(run, resolved, sources, body);
  const told = resource.identityHeader === null ? undefined : identityOf(policy, secrets.identity, run, resolved);
  const identity = told && (await told);
  const rendered = identity === undefined ? bare : withIdentity(bare, identity);
  return {
    resolved,
    scope,
    variables,
    region,
    ...rendered,
    request: withPulledBody(run, withIdempotencyKey(rendered.request, resolved.retries)),
    tls: transportOf(resource, sealed),
    identity,
    leaseKey:
      resource.credentialId === null
        ? undefined
        : {
            credentialId: resource.credentialId,
            resourceId: resource.id,
            region,
            environment,
            caller: callerOf(run.principal),
          },
  };
}

/** One for all: what is looked for once in such a value is kept with it. */
const nothing: SealedTexts = {};

/** A signer has to know of a body that it does not see. */
function withPulledBody({ body }: AskedCall, request: OutboundRequest): OutboundRequest {
  if (body.kind !== 'pulled') return request;
  const { hashes } = body;
  return { ...request, body: undefined, bodyIsPulled: true, ...(hashes && { bodyHashes: hashes }) };
}

/** Looked up only when a template names them: most name neither. */
function scopeOf(
  policy: Policy,
  { org, principal }: AskedCall,
  { params, environment }: ResolvedCall,
  config: () => Json,
): Scope {
  return { params, current_user: () => currentUser(policy, org, principal, environment), config };
}

function requestOf(
  run: AskedCall,
  { resource, request }: ResolvedCall,
  sources: RenderSources,
  body: Uint8Array,
): RenderedRequest {
  const method = run.call.kind === 'proxy' ? run.call.method : (request?.method ?? '');
  if (run.body.kind === 'pulled' && resource.body.length > 0 && !isBodyless(method)) {
    throw invalidRequest(
      {},
      {
        errors: [{ pointer: '/body', detail: 'The resource adds body pairs, which join bodies of up to 256 KB only.' }],
      },
    );
  }
  if (run.call.kind === 'proxy')
    return passOn(resource, run.call, run.body.kind === 'inline' ? body : undefined, sources);
  if (request === null) throw internal({}, { note: 'a query without a request' });
  return renderRequest(resource, request, sources);
}
