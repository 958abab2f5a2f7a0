// OAuth 2.0 token requests (RFC 6749, 4.4 client credentials) with openid-client, whose every request leaves through
// the context's fetch. The token URL comes from the settings or from the issuer's metadata (RFC 8414).

import { credentialRejected, tokenEndpointFailed } from '@pontage/problems';
import {
  allowInsecureRequests,
  clientCredentialsGrant,
  ClientSecretBasic,
  ClientSecretPost,
  ClientError,
  Configuration,
  customFetch,
  discovery,
  modifyAssertion,
  None,
  PrivateKeyJwt,
  type ClientAuth,
} from 'openid-client';
import type { z } from 'zod';
import type { AuthContext, Credential, Grant } from '../auth-method.js';
import { headerText } from '../fields.js';
import { signingKeyOf } from './client-key.js';
import type { secrets, settings } from './oauth2-settings.js';
import { tokenProblem } from './token-problem.js';

/** What a token request brings. */
export interface AccessToken {
  readonly accessToken: string;
}

type OAuthCredential = Credential<typeof settings, typeof secrets>;

/** A token without `expires_in` is asked for anew after this time. */
const assumedLifespanSeconds = 55 * 60;

/**
 * Asks the token endpoint for an access token.
 * @throws credentialRejected, tokenEndpointFailed, or the egress worker's problem
 */
export async function requestToken(credential: OAuthCredential, context: AuthContext): Promise<Grant<AccessToken>> {
  const { scopes, audience, extraParams, accessTokenLifespanSeconds } = credential.settings;
  const askedAt = context.now().getTime();
  const parameters = {
    ...extraParams,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(audience === undefined ? {} : { audience }),
  };
  const answer = await configure(credential, context)
    .then((configuration) => clientCredentialsGrant(configuration, parameters))
    .catch((error: unknown) => {
      throw tokenProblem(error);
    });
  if (answer.token_type !== 'bearer' || !headerText.holds(answer.access_token)) {
    throw tokenEndpointFailed({}, { detail: 'The token endpoint gave a token that is not a bearer token.' });
  }
  const lifespanSeconds = Math.min(
    answer.expires_in ?? accessTokenLifespanSeconds ?? assumedLifespanSeconds,
    accessTokenLifespanSeconds ?? Infinity,
  );
  return { value: { accessToken: answer.access_token }, expiresAt: new Date(askedAt + lifespanSeconds * 1000) };
}

/** Where the secret goes: the token URL, or the issuer that is trusted to name it. */
export const destinationOf = ({ tokenUrl, issuer }: z.output<typeof settings>): string => tokenUrl ?? issuer ?? '';

async function configure({ settings, secrets }: OAuthCredential, { fetch }: AuthContext): Promise<Configuration> {
  const { tokenUrl, issuer, clientId } = settings;
  const destination = new URL(tokenUrl ?? issuer ?? '');
  const authentication = await authenticationOf(settings, secrets);
  // Whoever configured http:// chose it; metadata of an https issuer cannot lead there.
  const execute = destination.protocol === 'http:' ? [allowInsecureRequests] : [];
  if (tokenUrl === undefined) {
    const discover = (algorithm: 'oidc' | 'oauth2') =>
      discovery(destination, clientId, undefined, authentication, { [customFetch]: fetch, execute, algorithm });
    // A provider that knows OAuth alone has its metadata where RFC 8414 puts it.
    return discover('oidc').catch((error: unknown) => {
      if (isNotFound(error)) return discover('oauth2');
      throw error;
    });
  }
  const configuration = new Configuration(
    { issuer: issuer ?? destination.origin, token_endpoint: tokenUrl },
    clientId,
    undefined,
    authentication,
  );
  configuration[customFetch] = fetch;
  for (const apply of execute) apply(configuration);
  return configuration;
}

const isNotFound = (error: unknown): boolean =>
  error instanceof ClientError && error.cause instanceof Response && error.cause.status === 404;

/** How the client proves itself. @see RFC 6749, 2.3.1; RFC 7523, 2.2 */
async function authenticationOf(
  { clientAuthentication, tokenUrl, issuer }: OAuthCredential['settings'],
  { clientSecret, privateKey }: OAuthCredential['secrets'],
): Promise<ClientAuth> {
  if (clientAuthentication === 'none') return None();
  if (clientAuthentication === 'private_key_jwt') {
    if (privateKey === undefined) throw missing('private key');
    const { alg, ...key } = await signingKeyOf(privateKey);
    return PrivateKeyJwt(key, {
      [modifyAssertion]: (header, claims) => {
        // The library says Ed25519 (RFC 9864), which few providers know yet.
        header.alg = alg;
        // The library addresses the issuer. Where only the token URL is known, that is what RFC 7523, 3 names.
        if (issuer === undefined && tokenUrl !== undefined) claims.aud = tokenUrl;
      },
    });
  }
  if (clientSecret === undefined) throw missing('client secret');
  return clientAuthentication === 'post' ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret);
}

const missing = (what: string): Error =>
  credentialRejected({}, { detail: `The client authentication needs a ${what}, and there is none.` });
