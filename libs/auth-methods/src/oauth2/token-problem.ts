import { retryAfterMs } from '@pontage/http-message';
import { causesOf, credentialRejected, isProblem, tokenEndpointFailed } from '@pontage/problems';
import { ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';

/** RFC 6749 5.2: what the provider says when it does not accept the client or its grant. */
const rejections: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_grant',
  'access_denied',
]);
const knownCodes: ReadonlySet<string> = new Set([
  ...rejections,
  'invalid_request',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
]);

/**
 * A failed token request as a problem. What the provider wrote is not passed on, and neither is the library's error,
 * which holds the provider's whole answer: either may repeat a secret.
 */
export function tokenProblem(error: unknown): Error {
  const own = causesOf(error).find((each) => isProblem(each));
  if (own !== undefined) return own;
  if (error instanceof ResponseBodyError) return tokenRefusal(error.status, error.error, error.response);
  if (error instanceof WWWAuthenticateChallengeError) return tokenRefusal(error.status, undefined);
  if (!(error instanceof ClientError))
    return tokenEndpointFailed({}, { detail: 'The token request could not be made.', note: nameOf(error) });
  const [answer] = causesOf(error).filter((each) => each instanceof Response);
  if (answer !== undefined && !answer.ok) return tokenRefusal(answer.status, undefined, answer);
  return tokenEndpointFailed(
    {},
    {
      detail: 'The token endpoint gave an answer that is none (RFC 6749, 5.1).',
      note: `${error.code ?? nameOf(error)}`,
    },
  );
}

/** What a token endpoint's refusal comes to; a code is repeated only when RFC 6749 or one of its extensions knows it. */
export function tokenRefusal(status: number, code: string | undefined, answer?: Pick<Response, 'headers'>): Error {
  const known = code !== undefined && knownCodes.has(code) ? ` with ${code}` : '';
  const detail = `The token endpoint answered ${status}${known}.`;
  return status === 401 || rejections.has(code ?? '')
    ? credentialRejected({}, { detail })
    : tokenEndpointFailed({}, { detail, ...(answer === undefined ? {} : pauseOf(answer)) });
}

/** How long the provider asks to be left alone. @see RFC 9110, 10.2.3 */
function pauseOf({ headers }: Pick<Response, 'headers'>): { retryAfterSeconds?: number } {
  const ms = retryAfterMs([...headers], Date.now());
  return ms === undefined ? {} : { retryAfterSeconds: Math.ceil(ms / 1_000) };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
