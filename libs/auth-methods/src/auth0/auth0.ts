import type { z } from 'zod';
import type { AuthMethod } from '../auth-method.js';
import { bearerOfGrant } from '../oauth2/bearer-of-grant.js';
import { requestToken, type AccessToken } from '../oauth2/grant-request.js';
import { clientAuthentications, secrets } from '../oauth2/oauth2-settings.js';
import { settings } from './auth0-settings.js';

/** An access token of an Auth0 tenant, machine to machine: OAuth 2.0 whose endpoints follow from the domain. */
export const auth0: AuthMethod<typeof settings, typeof secrets, AccessToken> = {
  id: 'auth0',
  title: 'Auth0',
  guide:
    'A machine-to-machine application of an Auth0 tenant: domain, client ID, client secret, and the identifier of the API as the audience. Pontage keeps the token and replaces it before it expires.',
  settings,
  secrets,
  rotates: [['clientSecret'], ['privateKey']],
  needs: ({ clientAuthentication }) => clientAuthentications[clientAuthentication],
  retryOn: [401],
  acquire: ({ settings: given, secrets: sealed }, context) =>
    requestToken({ settings: withUrls(given), secrets: sealed }, context),
  verificationUrl: ({ verificationUrl }) => verificationUrl,
  destination: ({ domain }) => `https://${domain}/`,
  ...bearerOfGrant,
};

/** Auth0 addresses assertions to its issuer, which ends in a slash. */
const withUrls = ({ domain, ...client }: z.output<typeof settings>) => ({
  ...client,
  issuer: `https://${domain}/`,
  tokenUrl: `https://${domain}/oauth/token`,
});
