import { tokenEndpointFailed } from '@pontage/problems';
import type { TokenEndpointResponse } from 'openid-client';
import type { Grant } from '../auth-method.js';
import { headerText } from '../fields.js';

/** What a token request brings. */
export interface AccessToken {
  readonly accessToken: string;
  /** Replaces the access token without the person. */
  readonly refreshToken?: string;
  readonly idToken?: string;
}

/** A token without `expires_in` is asked for anew after this time. */
const assumedLifespanSeconds = 55 * 60;

/** Providers write any number for `never`, also one that no calendar has. */
const longestLifespanSeconds = 100 * 365 * 24 * 60 * 60;

/**
 * The grant that a token endpoint's answer is.
 * @param lifespanSeconds what is configured: the longest life, and the life of a token that says nothing of it
 * @param held what was there before: a provider that sends no new refresh token means that the old one stays good
 * @throws tokenEndpointFailed for a token that no request could carry
 */
export function grantOf(
  answer: Pick<TokenEndpointResponse, 'access_token' | 'token_type' | 'expires_in' | 'refresh_token' | 'id_token'>,
  askedAt: Date,
  lifespanSeconds: number | null,
  held?: AccessToken,
): Grant<AccessToken> {
  const { access_token: accessToken, token_type: type, expires_in: expiresIn } = answer;
  if (type !== 'bearer' || !headerText.holds(accessToken))
    throw tokenEndpointFailed({}, { detail: 'The token endpoint gave a token that is not a bearer token.' });
  const seconds = Math.min(
    expiresIn ?? lifespanSeconds ?? assumedLifespanSeconds,
    lifespanSeconds ?? longestLifespanSeconds,
  );
  const refreshToken = nonEmpty(answer.refresh_token) ?? held?.refreshToken;
  const idToken = nonEmpty(answer.id_token) ?? held?.idToken;
  return {
    value: {
      accessToken,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(idToken === undefined ? {} : { idToken }),
    },
    expiresAt: new Date(askedAt.getTime() + seconds * 1000),
  };
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
