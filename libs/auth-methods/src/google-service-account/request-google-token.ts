// The JWT bearer grant at Google's token endpoint (RFC 7523, 2.1): an access token for scopes, of the account itself or
// of the user that it stands in for, or an ID token for an audience (Google's `target_audience`), which comes alone.

import { isProblem, tokenEndpointFailed } from '@pontage/problems';
import { decodeJwt } from 'jose';
import type { z } from 'zod';
import type { AuthContext, Credential, Grant } from '../auth-method.js';
import { headerText } from '../fields.js';
import { tokenRefusal } from '../oauth2/token-problem.js';
import { assertionOf } from './assertion.js';
import type { secrets, settings } from './google-service-account-settings.js';
import type { ServiceAccountKey } from './service-account-key.js';

/** What `apply` puts into the Authorization header. */
export interface GoogleToken {
  readonly token: string;
}

const googleTokenUri = 'https://oauth2.googleapis.com/token';
const assumedLifespanSeconds = 55 * 60;

/**
 * Asks the key's token endpoint.
 * @throws credentialRejected, tokenEndpointFailed, or the egress worker's problem
 */
export async function requestGoogleToken(
  credential: Credential<typeof settings, typeof secrets>,
  context: AuthContext,
): Promise<Grant<GoogleToken>> {
  const key = keyOf(credential);
  const { token_uri: tokenUri = googleTokenUri } = key;
  const askedAt = context.now();
  const assertion = await assertionOf(key, claimsOf(credential.settings), tokenUri, askedAt);
  const answer = await ask(tokenUri, assertion, context);
  const fields = await fieldsOf(answer);
  if (!answer.ok) throw tokenRefusal(answer.status, typeof fields.error === 'string' ? fields.error : undefined);
  const { token, lifespanSeconds } =
    credential.settings.idTokenAudience === undefined ? accessTokenOf(fields) : idTokenOf(fields);
  return { value: { token }, expiresAt: new Date(askedAt.getTime() + lifespanSeconds * 1000) };
}

/** The key, which has been checked and rendered by now. */
export function keyOf({ secrets: { key } }: Credential<typeof settings, typeof secrets>): ServiceAccountKey {
  if (typeof key === 'string') throw new TypeError('the key of a service account was not rendered');
  return key;
}

const claimsOf = ({ scopes, subject, idTokenAudience }: z.output<typeof settings>) => ({
  ...(idTokenAudience === undefined ? { scope: scopes.join(' ') } : { target_audience: idTokenAudience }),
  ...(subject === undefined ? {} : { sub: subject }),
});

async function ask(url: string, assertion: string, { fetch }: AuthContext): Promise<Response> {
  const form = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  try {
    return await fetch(url, { method: 'POST', headers, body: form.toString() });
  } catch (error) {
    if (isProblem(error)) throw error;
    throw tokenEndpointFailed(
      {},
      { detail: 'The token request could not be made.', note: String((error as Error).name) },
    );
  }
}

async function fieldsOf(answer: Response): Promise<Record<string, unknown>> {
  try {
    const value: unknown = await answer.json();
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

interface Received {
  readonly token: string;
  readonly lifespanSeconds: number;
}

function accessTokenOf({
  access_token: token,
  token_type: type,
  expires_in: expiresIn,
}: Record<string, unknown>): Received {
  const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer';
  if (!isBearer || typeof token !== 'string' || !headerText.holds(token))
    throw tokenEndpointFailed({}, { detail: 'The token endpoint gave a token that is not a bearer token.' });
  return { token, lifespanSeconds: typeof expiresIn === 'number' ? expiresIn : assumedLifespanSeconds };
}

function idTokenOf({ id_token: token }: Record<string, unknown>): Received {
  const isCompact = typeof token === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
  const lifespanSeconds = isCompact ? lifespanOf(token) : undefined;
  if (!isCompact || lifespanSeconds === undefined)
    throw tokenEndpointFailed({}, { detail: 'The token endpoint gave no ID token.' });
  return { token, lifespanSeconds };
}

/** From its issue to its end, by the issuer's clock alone. */
function lifespanOf(token: string): number | undefined {
  try {
    const { iat, exp } = decodeJwt(token);
    return iat === undefined || exp === undefined ? undefined : exp - iat;
  } catch {
    return undefined;
  }
}
