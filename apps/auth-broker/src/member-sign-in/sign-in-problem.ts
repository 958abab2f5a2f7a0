import { causesOf, isProblem, signInRefused, tokenEndpointFailed } from '@pontage/problems';
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';

/**
 * Why nobody is signed in, as a problem. What the provider wrote stays here: it may repeat a code or a secret, and whoever made
 * the answer up would choose what we say.
 */
export function signInProblem(error: unknown): Error {
  const own = causesOf(error).find((each) => isProblem(each));
  if (own !== undefined) return own;
  if (error instanceof AuthorizationResponseError)
    return signInRefused({}, { detail: 'The identity provider did not let this person in.' });
  if (error instanceof ResponseBodyError)
    return error.status < 500
      ? signInRefused({}, { detail: 'The identity provider did not take the code.' })
      : tokenEndpointFailed({}, { detail: `The identity provider answered ${error.status}.` });
  const answer = causesOf(error).find((each) => each instanceof Response);
  if (answer !== undefined && !answer.ok)
    return tokenEndpointFailed({}, { detail: `The identity provider answered ${answer.status}.` });
  const note = error instanceof ClientError ? error.code : error instanceof Error ? error.name : typeof error;
  return signInRefused(
    {},
    { detail: 'What came back from the identity provider does not fit what was asked.', note: String(note) },
  );
}
