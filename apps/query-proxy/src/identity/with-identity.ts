import { foldedName } from '@pontage/contracts/resource-registry';
import type { OutboundRequest } from '@pontage/http-message';
import { invalidRequest } from '@pontage/problems';
import type { AskedCall, ResolvedCall } from '../call/resolve-call.js';
import type { Policy } from '../policy/policy.js';
import type { RenderedRequest } from '../request/render-request.js';
import { claimsJsonOf } from './identity-claims.js';
import { identityName, type AskedIdentity } from './identity-tokens.js';

/** The header that says who called, on one request. */
export interface IdentityOnRequest {
  readonly header: string;
  readonly token: string;
  /** The same for everybody whose token says the same, however often it is signed anew. */
  readonly name: string;
}

/** Longer ones do not fit into a header that every upstream takes. */
const longestClaims = 6 * 1024;

/**
 * Signs for the resource of a call who makes it, if its upstream is to be told.
 * @throws Problem `lease-unavailable`; `invalid-request` when there is more to say than a header holds
 */
export async function identityOf(
  policy: Policy,
  sign: (asked: AskedIdentity) => string | Promise<string>,
  { org, principal }: AskedCall,
  { resource, environment, app }: ResolvedCall,
): Promise<IdentityOnRequest | undefined> {
  const { identityHeader } = resource;
  if (identityHeader === null) return undefined;
  const claimsJson = claimsJsonOf(identityHeader.claims, { policy, org, principal, environment, app });
  if (Buffer.byteLength(claimsJson) > longestClaims)
    throw refused('/identityHeader/claims', 'What the claims say of this caller is longer than a header may be.');
  const asked = { resourceId: resource.id, claimsJson };
  return { header: identityHeader.name, token: await sign(asked), name: identityName(asked, { org, principal }) };
}

/** Puts it on a request, in the place of whatever came under its name, and notes it as a secret of the request. */
export function withIdentity(rendered: RenderedRequest, { header, token }: IdentityOnRequest): RenderedRequest {
  const { request, secrets } = rendered;
  const name = foldedName(header);
  secrets.note('headers', header, token);
  const others = request.headers.filter(([each]) => foldedName(each) !== name);
  return { ...rendered, request: { ...request, headers: [...others, [header, token]] } };
}

/**
 * Sees to it that a credential has left the header alone: nothing leaves without it.
 * @throws Problem `invalid-request`
 */
export function requireIdentity(identity: IdentityOnRequest | undefined, { headers }: OutboundRequest): void {
  if (identity === undefined) return;
  const [first, ...more] = headers.filter(([name]) => foldedName(name) === foldedName(identity.header));
  if (first?.[1] === identity.token && more.length === 0) return;
  throw refused('/identityHeader/name', 'The credential of the resource stands in the same header.');
}

const refused = (pointer: string, detail: string) => invalidRequest({}, { errors: [{ pointer, detail }] });
