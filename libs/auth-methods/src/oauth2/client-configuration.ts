// How Pontage is a client of an OAuth provider: with openid-client, whose every request leaves through the context's fetch.
// Endpoints come from the settings or from the issuer's metadata (RFC 8414, OpenID Connect Discovery).

import { credentialRejected, tokenEndpointFailed } from '@pontage/problems';
import {
  allowInsecureRequests,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  discovery,
  modifyAssertion,
  None,
  PrivateKeyJwt,
  type ClientAuth,
  type ServerMetadata,
} from 'openid-client';
import type { z } from 'zod';
import type { AuthContext, AuthFetch, Credential } from '../auth-method.js';
import { endpoint } from '../fields.js';
import { signingKeyOf } from './client-key.js';
import type { secrets, settings } from './oauth2-settings.js';

/** A credential of OAuth 2.0, with its URLs. */
export type OAuthCredential = Credential<typeof settings, typeof secrets>;

/** Where the secret goes: the token URL, or the issuer that is trusted to name it. */
export const destinationOf = ({ tokenUrl, issuer }: Pick<z.output<typeof settings>, 'tokenUrl' | 'issuer'>): string =>
  tokenUrl ?? issuer ?? '';

/** The provider and the client that we are there. @throws what openid-client throws; credentialRejected without what the client proves itself with */
export async function configure(
  { settings, secrets }: OAuthCredential,
  { fetch }: Pick<AuthContext, 'fetch'>,
): Promise<Configuration> {
  const { issuer, clientId } = settings;
  const destination = new URL(destinationOf(settings));
  const authentication = await authenticationOf(settings, secrets);
  // Whoever configured http:// chose it; metadata of an https issuer cannot lead there.
  const execute = destination.protocol === 'http:' ? [allowInsecureRequests] : [];
  const known = knownEndpoints(settings);
  if (issuer !== undefined && needsMetadata(settings)) {
    const discover = (algorithm: 'oidc' | 'oauth2') =>
      discovery(new URL(issuer), clientId, undefined, authentication, { [customFetch]: fetch, execute, algorithm });
    // A provider that knows OAuth alone has its metadata where RFC 8414 puts it.
    const found = await discover('oidc').catch((error: unknown) => {
      if (isNotFound(error)) return discover('oauth2');
      throw error;
    });
    const metadata = { ...found.serverMetadata(), ...known };
    requireUrls(metadata);
    return configured(new Configuration(metadata, clientId, undefined, authentication), fetch, execute);
  }
  const metadata = { issuer: issuer ?? destination.origin, ...known };
  return configured(new Configuration(metadata, clientId, undefined, authentication), fetch, execute);
}

const endpoints = ['authorization_endpoint', 'token_endpoint', 'revocation_endpoint'] as const;

/** A person's browser is sent to one of them, and secrets to the others. @throws tokenEndpointFailed */
function requireUrls(metadata: ServerMetadata): void {
  for (const name of endpoints) {
    const given: unknown = metadata[name];
    if (given !== undefined && !(typeof given === 'string' && endpoint.holds(given)))
      throw tokenEndpointFailed({}, { detail: `The issuer's metadata has no http or https URL as its ${name}.` });
  }
}

function configured(
  configuration: Configuration,
  fetch: AuthFetch,
  execute: ((configuration: Configuration) => void)[],
): Configuration {
  configuration[customFetch] = fetch;
  for (const apply of execute) apply(configuration);
  return configuration;
}

/** True when an endpoint has to be looked up; one that revokes is only found where others are. */
const needsMetadata = ({ grant, tokenUrl, authorizationUrl }: OAuthCredential['settings']): boolean =>
  tokenUrl === undefined || (grant === 'authorization_code' && authorizationUrl === undefined);

function knownEndpoints({
  tokenUrl,
  authorizationUrl,
  revocationUrl,
}: OAuthCredential['settings']): Partial<ServerMetadata> {
  return {
    ...(tokenUrl === undefined ? {} : { token_endpoint: tokenUrl }),
    ...(authorizationUrl === undefined ? {} : { authorization_endpoint: authorizationUrl }),
    ...(revocationUrl === undefined ? {} : { revocation_endpoint: revocationUrl }),
  };
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
