// JWTs that a service account signs itself: the assertion of the JWT bearer grant (RFC 7523, 2.1, as Google's "Using
// OAuth 2.0 for Server to Server Applications" has it), and the self-signed token that Google's own APIs take instead
// of an access token (the same document's "without OAuth", and AIP-4111). Not here: AIP-4111's `scope` claim; with
// scopes we ask for an access token, which every Google API takes.

import { sign } from 'node:crypto';
import { importPKCS8, SignJWT } from 'jose';
import type { ServiceAccountKey } from './service-account-key.js';

/** Google takes no longer one. */
const lifespanSeconds = 3_600;
/** Issued a little ago, so that a clock which is five minutes fast does not issue in the future. */
const backdatedSeconds = 300;
/** A self-signed token is the same one for so long: a signature costs a millisecond. */
const windowSeconds = 600;

/** The assertion that buys a token. */
export async function assertionOf(
  key: ServiceAccountKey,
  claims: { readonly sub?: string; readonly scope?: string; readonly target_audience?: string },
  audience: string,
  now: Date,
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000) - backdatedSeconds;
  return new SignJWT({ ...claims })
    .setProtectedHeader(headerOf(key))
    .setIssuer(key.client_email)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifespanSeconds)
    .sign(await importPKCS8(key.private_key, 'RS256'));
}

const made = new WeakMap<ServiceAccountKey, Map<string, string>>();

/** The token for one service. RS256 is deterministic and the time moves in steps, so remembering it changes nothing; it is forgotten with the key. */
export function selfSignedToken(key: ServiceAccountKey, audience: string, now: Date): string {
  const seconds = now.getTime() / 1000 - backdatedSeconds;
  const issuedAt = Math.floor(seconds / windowSeconds) * windowSeconds;
  const name = `${issuedAt} ${audience}`;
  const known = made.get(key)?.get(name);
  if (known !== undefined) return known;
  const claims = {
    iss: key.client_email,
    sub: key.client_email,
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + lifespanSeconds,
  };
  const signed = `${headerSegment(key)}.${segment(claims)}`;
  // jose signs asynchronously, and applying a credential is not.
  const signature = sign('sha256', Buffer.from(signed), key.private_key).toString('base64url');
  const tokens = made.get(key) ?? new Map<string, string>();
  if ([...tokens.keys()].some((each) => !each.startsWith(`${issuedAt} `))) tokens.clear();
  made.set(key, tokens.set(name, `${signed}.${signature}`));
  return `${signed}.${signature}`;
}

/** What every self-signed token of a key begins with. */
export const headerSegment = (key: ServiceAccountKey): string => segment(headerOf(key));

const headerOf = ({ private_key_id: kid }: ServiceAccountKey) => ({
  alg: 'RS256',
  typ: 'JWT',
  ...(kid === undefined ? {} : { kid }),
});
const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
