import type { Identity } from '@pontage/contracts/resource-registry';

/** What a provider says of somebody, by the names of the claims. @see OpenID Connect Core 1.0, 5.1 */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly [name: string]: unknown;
}

/** Who somebody is by the claims that a provider has made. A claim of another shape than it should have says nothing. */
export function identityOf(claims: Claims, groupsClaim: string | undefined): Identity {
  const { iss, sub, email, email_verified: verified, name } = claims;
  return {
    issuer: iss,
    subject: sub,
    email: typeof email === 'string' ? email : null,
    emailVerified: verified === true || verified === 'true',
    name: typeof name === 'string' ? name.replaceAll(/\p{Cc}/gu, '').slice(0, 200) : '',
    groups: groupsClaim === undefined ? null : groupsIn(claims[groupsClaim]),
  };
}

/** Names of groups, as a list or as one text. Where the claim is configured and missing, somebody is in no group. */
function groupsIn(claim: unknown): string[] {
  const list = typeof claim === 'string' ? [claim] : Array.isArray(claim) ? claim : [];
  return list.filter((each): each is string => typeof each === 'string').slice(0, 1000);
}
