import type { z } from 'zod';
import type { AuthMethod, Credential } from '../auth-method.js';
import type { RefreshManner } from '../consent.js';
import { bearerOfGrant, lentToken } from './bearer-of-grant.js';
import { destinationOf, type OAuthCredential } from './client-configuration.js';
import { beginConsent, completeConsent, revokeConsent } from './consent.js';
import { requestToken } from './grant-request.js';
import { clientAuthentications, type secrets, type settings } from './oauth2-settings.js';
import type { AccessToken } from './token-answer.js';

type OAuthSettings = z.output<typeof settings>;

/** With a refresh token, as long as a person has not said otherwise. */
const forPeople: RefreshManner = { ahead: true, onDemand: true, background: true };
/** Nobody has to keep a token alive that can be had at any time. */
const forOurselves: RefreshManner = { ahead: true, onDemand: true, background: false };

/** What every auth method does that lives by the tokens of an OAuth 2.0 provider. `withUrls` says where the provider is. */
export function tokenMethod<S extends z.ZodObject>(withUrls: (settings: z.output<S>) => OAuthSettings) {
  const oauth = ({ settings, secrets: sealed }: Credential<S, typeof secrets>): OAuthCredential => ({
    settings: withUrls(settings),
    secrets: sealed,
  });
  const isPersons = (given: z.output<S>): boolean => withUrls(given).grant === 'authorization_code';
  return {
    retryOn: [401],
    rotates: [['clientSecret'], ['privateKey']],
    // Whoever reads the resource is told where its provider sends people back to, and may send that along with the rest.
    derived: { names: ['callbackUrl'], of: () => ({}) },
    lends: lentToken,
    ...bearerOfGrant,
    needs: (given) => clientAuthentications[withUrls(given).clientAuthentication],
    verificationUrl: (given) => withUrls(given).verificationUrl,
    destination: (given) => destinationOf(withUrls(given)),
    grantsPerCaller: (given) => isPersons(given) && withUrls(given).share !== 'everyone',
    refresh: (given) => withUrls(given).refresh ?? (isPersons(given) ? forPeople : forOurselves),
    acquire: (credential, context) => requestToken(oauth(credential), context),
    consent: {
      isNeeded: isPersons,
      terms: (given) => termsOf(withUrls(given)),
      begin: (credential, checks, context) => beginConsent(oauth(credential), checks, context),
      complete: (credential, answer, checks, context) => completeConsent(oauth(credential), answer, checks, context),
      isRefreshable: ({ refreshToken }) => refreshToken !== undefined,
      revoke: (credential, value, context) => revokeConsent(oauth(credential), value, context),
      scopeOfGrant: (given) => scopeOfGrant(withUrls(given)),
    },
  } satisfies Partial<AuthMethod<S, typeof secrets, AccessToken>>;
}

function termsOf({ authorizationUrl, issuer, scopes, skipConsentScreen = false }: OAuthSettings) {
  return { at: new URL(authorizationUrl ?? issuer ?? '').host, scopes, isSkipped: skipConsentScreen };
}

/** A token belongs to the client and the provider that it was given to, and says what it was asked for. */
const scopeOfGrant = (settings: OAuthSettings): string =>
  JSON.stringify([destinationOf(settings), settings.clientId, settings.audience ?? '', [...settings.scopes].sort()]);
