import type { AuthMethod } from '../auth-method.js';
import { bearerOfGrant } from './bearer-of-grant.js';
import { destinationOf, requestToken, type AccessToken } from './grant-request.js';
import { clientAuthentications, secrets, settings } from './oauth2-settings.js';

/** An access token of an OAuth 2.0 provider in the Authorization header. @see RFC 6749, RFC 6750 */
export const oauth2: AuthMethod<typeof settings, typeof secrets, AccessToken> = {
  id: 'oauth2',
  title: 'OAuth 2.0',
  guide:
    'With the grant `client_credentials` Pontage itself is the client: it asks the token URL for an access token, keeps it sealed, replaces it before it expires, and once more when the upstream answers 401. Give the token URL, or the issuer whose metadata names it. The client proves itself with its secret or with a private key.',
  settings,
  secrets,
  rotates: [['clientSecret'], ['privateKey']],
  needs: ({ clientAuthentication }) => clientAuthentications[clientAuthentication],
  retryOn: [401],
  acquire: requestToken,
  verificationUrl: ({ verificationUrl }) => verificationUrl,
  destination: destinationOf,
  ...bearerOfGrant,
};
