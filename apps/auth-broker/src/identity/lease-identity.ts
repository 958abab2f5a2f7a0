// The token that tells an upstream who called: a JWT (RFC 7519), signed as JWS (RFC 7515) with ES256 (RFC 7518, 3.4). Not
// here: `nbf`, because a verifier whose clock is slow would refuse what has just been issued; encryption, because the
// request goes over TLS to the one who may read it.

import { randomUUID } from 'node:crypto';
import { CompactSign } from 'jose';
import { serves } from '@pontage/bus';
import { callerName, callerOf, type Call, type ParsedRequestOf, type ReplyOf } from '@pontage/contracts';
import { leaseIdentity, registeredClaims } from '@pontage/contracts/auth-broker';
import { invalidRequest } from '@pontage/problems';
import { noteSecrets } from '../secrets/note-secrets.js';
import { IdentityKeys } from './identity-keys.js';
import { Issuer } from './issuer.js';

const lifeSeconds = 300;

/** Signs who calls, for one resource. It needs no database, so it goes on while that is away. */
@serves(leaseIdentity)
export class LeaseIdentity {
  constructor(
    private readonly keys: IdentityKeys,
    private readonly issuer: Issuer,
  ) {}

  async handle(
    { resourceId, claimsJson }: ParsedRequestOf<typeof leaseIdentity>,
    { org, principal }: Call,
  ): Promise<ReplyOf<typeof leaseIdentity>> {
    const { id, privateKey } = this.keys.current();
    const now = Date.now();
    const issuedAt = Math.floor(now / 1000);
    const registered = {
      iss: this.issuer.url,
      sub: callerName(callerOf(principal)),
      aud: resourceId,
      iat: issuedAt,
      exp: issuedAt + lifeSeconds,
      jti: randomUUID(),
      org,
    };
    const payload = Buffer.from(joined(JSON.stringify(registered), chosen(claimsJson)));
    const token = await new CompactSign(payload)
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: id })
      .sign(privateKey);
    noteSecrets(org, [token]);
    return { token, expiresInMs: (issuedAt + lifeSeconds) * 1000 - now };
  }
}

/** @throws invalidRequest for what is no object, and for claims that nobody chooses */
function chosen(claimsJson: string): string {
  let value: unknown;
  try {
    value = JSON.parse(claimsJson);
  } catch (cause) {
    throw invalidRequest({}, { detail: 'The claims are not JSON.', cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidRequest({}, { detail: 'The claims are no object.' });
  if (registeredClaims.some((name) => Object.hasOwn(value, name)))
    throw invalidRequest({}, { detail: 'These claims are not chosen.' });
  return claimsJson.trim();
}

/** Two objects as one, by their text: an int64 among the claims would not survive being read. */
const joined = (one: string, other: string): string => {
  const rest = other.slice(1, -1).trim();
  return rest === '' ? one : `${one.slice(0, -1)},${rest}}`;
};
