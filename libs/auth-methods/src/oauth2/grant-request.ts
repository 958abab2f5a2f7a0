// Token requests that need no person (RFC 6749, 4.4 client credentials, and 6 refreshing).

import { consentRequired } from '@pontage/problems';
import { clientCredentialsGrant, refreshTokenGrant, ResponseBodyError } from 'openid-client';
import type { AuthContext, Grant } from '../auth-method.js';
import { configure, type OAuthCredential } from './client-configuration.js';
import { grantOf, type AccessToken } from './token-answer.js';
import { tokenProblem } from './token-problem.js';
import { TolerantAnswers } from './tolerant-answers.js';

/**
 * Asks the token endpoint for an access token: as the client that we are, or with the refresh token of a person.
 * @throws consentRequired, credentialRejected, tokenEndpointFailed, or the egress worker's problem
 */
export function requestToken(credential: OAuthCredential, context: AuthContext): Promise<Grant<AccessToken>> {
  return credential.settings.grant === 'client_credentials'
    ? requestOwnToken(credential, context)
    : refreshToken(credential, context, context.held as AccessToken | undefined);
}

async function requestOwnToken(credential: OAuthCredential, context: AuthContext): Promise<Grant<AccessToken>> {
  const { scopes, audience, extraParams, accessTokenLifespanSeconds } = credential.settings;
  const askedAt = context.now();
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
  return grantOf(answer, askedAt, accessTokenLifespanSeconds);
}

/** @see RFC 6749, 6. No scope is sent: that means those that were granted. */
async function refreshToken(
  credential: OAuthCredential,
  context: AuthContext,
  held: AccessToken | undefined,
): Promise<Grant<AccessToken>> {
  if (held?.refreshToken === undefined) throw consentRequired({}, { detail: withoutRefreshToken(held) });
  const token = held.refreshToken;
  const askedAt = context.now();
  const answers = new TolerantAnswers(credential.settings, context.fetch);
  const answer = await configure(credential, answers)
    .then((configuration) => refreshTokenGrant(configuration, token))
    .catch((error: unknown) => {
      throw isSpent(error) ? consentRequired({}, { detail: spent }) : tokenProblem(error);
    });
  return grantOf(answers.whole(answer), askedAt, credential.settings.accessTokenLifespanSeconds, held);
}

/** RFC 6749, 5.2: the provider is the one who knows, and asking again would change nothing. */
const isSpent = (error: unknown): boolean => error instanceof ResponseBodyError && error.error === 'invalid_grant';

const spent = 'The provider no longer accepts the refresh token (invalid_grant): somebody has to sign in again.';

const withoutRefreshToken = (held: AccessToken | undefined): string =>
  held === undefined
    ? 'Nobody has signed in yet.'
    : 'The provider gave no refresh token, so somebody has to sign in again.';
