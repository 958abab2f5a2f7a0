import type { AuthMethod } from '../auth-method.js';
import { secrets } from '../oauth2/oauth2-settings.js';
import type { AccessToken } from '../oauth2/token-answer.js';
import { tokenMethod } from '../oauth2/token-method.js';
import { settings } from './auth0-settings.js';

/** An access token of an Auth0 tenant: OAuth 2.0 whose endpoints follow from the domain. */
export const auth0: AuthMethod<typeof settings, typeof secrets, AccessToken> = {
  id: 'auth0',
  title: 'Auth0',
  guide:
    'An application of an Auth0 tenant: domain, client ID, client secret, and the identifier of the API as the audience. With the grant `authorization_code` people sign in there; with `client_credentials` it is a machine-to-machine application. Pontage keeps the tokens and replaces them before they expire.',
  settings,
  secrets,
  // Auth0 addresses assertions to its issuer, which ends in a slash.
  ...tokenMethod<typeof settings>(({ domain, ...client }) => ({
    ...client,
    issuer: `https://${domain}/`,
    authorizationUrl: `https://${domain}/authorize`,
    tokenUrl: `https://${domain}/oauth/token`,
    revocationUrl: `https://${domain}/oauth/revoke`,
  })),
  destination: ({ domain }) => `https://${domain}/`,
};
