import { headerOf, withHeader } from '@pontage/http-message';
import type { AuthMethod } from '../auth-method.js';
import { headerSegment, selfSignedToken } from './assertion.js';
import { secrets, settings } from './google-service-account-settings.js';
import { keyOf, requestGoogleToken, type GoogleToken } from './request-google-token.js';

/** A token of a Google service account in the Authorization header: bought with an assertion, or signed by the account itself. */
export const googleServiceAccount: AuthMethod<typeof settings, typeof secrets, GoogleToken> = {
  id: 'google-service-account',
  title: 'Google service account',
  guide:
    'With scopes, Google gives an access token for them (with a subject: as that user); with an ID token audience, an ID token for it. With neither, the account signs a token of its own for each service, which most of Google’s APIs take and which asks nobody.',
  settings,
  secrets,
  rotates: [['key']],
  retryOn: [401],
  derived: {
    names: ['clientEmail'],
    of: ({ secrets: { key } }): Record<string, string> =>
      typeof key === 'string' ? {} : { clientEmail: key.client_email },
  },
  acquire: requestGoogleToken,
  acquires: ({ scopes, idTokenAudience }) => scopes.length > 0 || idTokenAudience !== undefined,
  apply(request, credential, grant, now) {
    const token = grant?.value.token ?? selfSignedToken(keyOf(credential), `${new URL(request.url).origin}/`, now);
    return withHeader(request, 'Authorization', `Bearer ${token}`);
  },
  carriers: () => ({ headers: ['authorization'], queryParams: [] }),
  injectedValues(credential, grant, applied) {
    // Without the request only the beginning of a self-signed token is known.
    const own = applied === undefined ? undefined : headerOf(applied, 'Authorization')?.replace(/^Bearer /, '');
    return [grant?.value.token ?? own ?? `Bearer ${headerSegment(keyOf(credential))}`];
  },
};
