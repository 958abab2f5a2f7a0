/// <reference path="./oidc-provider.d.ts" />
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import Provider from 'oidc-provider';

/** Who may ask for tokens. */
export interface Client {
  readonly id: string;
  readonly secret: string;
}

/** What the access tokens are for. */
export const audience = 'urn:example:orders-api';
export const ordersScope = 'orders';

const tokenLifetimeSeconds = 600;

/**
 * An OAuth 2.0 authorization server (oidc-provider) that knows one client and the grant `client_credentials`.
 * Access tokens are JWTs for the orders API.
 */
export function authorizationServer(
  issuer: string,
  client: Client,
  key: JWK,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    scopes: [ordersScope],
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    ttl: { ClientCredentials: tokenLifetimeSeconds },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => ({
          scope: ordersScope,
          audience,
          accessTokenTTL: tokenLifetimeSeconds,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  });
  return provider.callback();
}
