import type { AuthMethod } from '../auth-method.js';
import { secrets, settings } from './oauth2-settings.js';
import type { AccessToken } from './token-answer.js';
import { tokenMethod } from './token-method.js';

/** An access token of an OAuth 2.0 provider: a person's, or that of the client that we are. @see RFC 6749, RFC 6750 */
export const oauth2: AuthMethod<typeof settings, typeof secrets, AccessToken> = {
  id: 'oauth2',
  title: 'OAuth 2.0',
  guide:
    'With the grant `authorization_code` each caller (or, shared, one of them for all) signs in at the provider and agrees; with `client_credentials` Pontage itself is the client. Pontage keeps the tokens sealed, replaces them before they expire, and once more when the upstream answers 401. Give the URLs, or the issuer whose metadata names them. The token is sent as `Authorization: Bearer …`, or where `OAUTH2_TOKEN` stands in a header, a URL parameter or a body.',
  settings,
  secrets,
  ...tokenMethod<typeof settings>((given) => given),
};
