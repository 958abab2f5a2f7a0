import { withHeader, type OutboundRequest } from '@pontage/http-message';
import type { Carriers, Grant } from '../auth-method.js';
import { fillPlaceholders, placeholders } from './placeholders.js';
import type { AccessToken } from './token-answer.js';

type Held = Grant<AccessToken> | undefined;

/** How an access token gets onto a request: where its placeholder stands, and otherwise as RFC 6750, 2.1 says. */
export const bearerOfGrant = {
  placeholders,
  apply(request: OutboundRequest, _credential: unknown, grant: Held): OutboundRequest {
    if (grant === undefined) throw new TypeError('an access token is applied with a grant');
    const filled = fillPlaceholders(request, grant.value);
    return filled.hasToken
      ? filled.request
      : withHeader(filled.request, 'Authorization', `Bearer ${grant.value.accessToken}`);
  },
  carriers: (_credential: unknown, grant?: Held, applied?: OutboundRequest): Carriers =>
    grant === undefined || applied === undefined
      ? { headers: ['authorization'], queryParams: [] }
      : carriersOf(applied, tokensOf(grant)),
  injectedValues: (_credential: unknown, grant: Held) => (grant === undefined ? [] : tokensOf(grant)),
};

/** Refresh tokens go to the token endpoint only. */
export const lentToken = ({ accessToken, idToken }: AccessToken): AccessToken => ({
  accessToken,
  ...(idToken === undefined ? {} : { idToken }),
});

const tokensOf = ({ value: { accessToken, idToken } }: Grant<AccessToken>): string[] =>
  idToken === undefined ? [accessToken] : [accessToken, idToken];

function carriersOf({ headers, url }: OutboundRequest, tokens: readonly string[]): Carriers {
  const holdsToken = (text: string): boolean => tokens.some((token) => text.includes(token));
  return {
    headers: headers.filter(([, value]) => holdsToken(value)).map(([name]) => name.toLowerCase()),
    queryParams: [...new URLSearchParams(/\?(.*)$/s.exec(url)?.[1])]
      .filter(([, value]) => holdsToken(value))
      .map(([name]) => name),
  };
}
