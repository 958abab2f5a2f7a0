// The authorization code grant (RFC 6749, 4.1) with PKCE (RFC 7636), `state`, `nonce` and, where the issuer is known, `iss`
// (RFC 9207), and revocation (RFC 7009). How a flow is bound to a browser is the business of whoever begins it.

import { consentDenied, tokenEndpointFailed } from '@pontage/problems';
import {
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  customFetch,
  calculatePKCECodeChallenge,
  tokenRevocation,
} from 'openid-client';
import type { AuthContext, Grant } from '../auth-method.js';
import type { ConsentChecks } from '../consent.js';
import { configure, type OAuthCredential } from './client-configuration.js';
import { grantOf, type AccessToken } from './token-answer.js';
import { tokenProblem } from './token-problem.js';
import { knowsIssuer, TolerantAnswers } from './tolerant-answers.js';

/** Where the person is sent. @throws credentialRejected, tokenEndpointFailed when the metadata cannot be read */
export async function beginConsent(
  credential: OAuthCredential,
  checks: ConsentChecks,
  context: AuthContext,
): Promise<string> {
  const { scopes, audience, extraParams, prompt = 'omit', pkce = true } = credential.settings;
  const configuration = await configure(credential, context).catch((error: unknown) => {
    throw tokenProblem(error);
  });
  const parameters = {
    ...extraParams,
    redirect_uri: checks.redirectUri,
    state: checks.state,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(audience === undefined ? {} : { audience }),
    ...(prompt === 'omit' ? {} : { prompt }),
    ...(expectsNonce(credential) ? { nonce: checks.nonce } : {}),
    ...(pkce
      ? { code_challenge: await calculatePKCECodeChallenge(checks.codeVerifier), code_challenge_method: 'S256' }
      : {}),
  };
  return buildAuthorizationUrl(configuration, parameters).href;
}

/**
 * Exchanges the code that the provider sent the person back with.
 * @param answer the parameters of the callback
 * @throws consentDenied, credentialRejected, tokenEndpointFailed
 */
export async function completeConsent(
  credential: OAuthCredential,
  answer: URLSearchParams,
  checks: ConsentChecks,
  context: AuthContext,
): Promise<Grant<AccessToken>> {
  const { pkce = true, accessTokenLifespanSeconds } = credential.settings;
  const answers = new TolerantAnswers(credential.settings, context.fetch);
  const askedAt = context.now();
  const configuration = await configure(credential, answers).catch((error: unknown) => {
    throw tokenProblem(error);
  });
  let isAsked = false;
  configuration[customFetch] = (url, init) => {
    isAsked = true;
    return answers.fetch(url, init);
  };
  const response = await authorizationCodeGrant(configuration, callbackOf(credential, answer, checks), {
    expectedState: checks.state,
    ...(pkce ? { pkceCodeVerifier: checks.codeVerifier } : {}),
    ...(expectsNonce(credential) ? { expectedNonce: checks.nonce } : {}),
  }).catch((error: unknown) => {
    if (error instanceof AuthorizationResponseError) throw denied(error.error);
    throw isAsked ? tokenProblem(error) : strange();
  });
  return grantOf(answers.whole(response), askedAt, accessTokenLifespanSeconds);
}

/** Tells the provider that the grant is over. False: it offers no way to. @throws tokenEndpointFailed, credentialRejected */
export async function revokeConsent(
  credential: OAuthCredential,
  { refreshToken, accessToken }: AccessToken,
  context: AuthContext,
): Promise<boolean> {
  try {
    const configuration = await configure(credential, context);
    if (configuration.serverMetadata().revocation_endpoint === undefined) return false;
    // With the refresh token its access tokens go as well (RFC 7009, 2.1).
    const hint = refreshToken === undefined ? 'access_token' : 'refresh_token';
    await tokenRevocation(configuration, refreshToken ?? accessToken, { token_type_hint: hint });
    return true;
  } catch (error) {
    throw tokenProblem(error);
  }
}

/** An OpenID provider repeats the nonce in the ID token, which can be verified when the issuer is known. */
const expectsNonce = ({ settings }: OAuthCredential): boolean =>
  knowsIssuer(settings) && settings.scopes.includes('openid');

/** The callback as it was called, at the address that was registered: whatever host the request came to. */
function callbackOf(credential: OAuthCredential, answer: URLSearchParams, checks: ConsentChecks): URL {
  const url = new URL(checks.redirectUri);
  const parameters = new URLSearchParams(answer);
  // Only an issuer that is known can be compared.
  if (!knowsIssuer(credential.settings)) parameters.delete('iss');
  url.search = parameters.toString();
  return url;
}

const strange = (): Error =>
  tokenEndpointFailed(
    {},
    { detail: 'What the provider sent the person back with does not belong to this sign-in; no token was asked for.' },
  );

/** RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6. Others are not repeated: they are somebody's text. */
const knownRefusals: ReadonlySet<string> = new Set([
  'access_denied',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_response_type',
  'server_error',
  'temporarily_unavailable',
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
]);

function denied(code: string): Error {
  const said = knownRefusals.has(code) ? ` (${code})` : '';
  return consentDenied({}, { detail: `The provider sent the person back without consent${said}.` });
}
