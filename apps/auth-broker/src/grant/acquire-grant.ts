import type { AuthContext, AuthMethod, Credential, Grant } from '@pontage/auth-methods';
import { asProblem, isProblem, tokenEndpointFailed, type Problem } from '@pontage/problems';

/** A grant that ends sooner would be asked for in a loop. */
const shortestLifeMs = 1_000;
/** Problems that the way to the token endpoint may end in and that say more than `token-endpoint-failed`. */
const passedOn: ReadonlySet<string> = new Set([
  'consent-required',
  'credential-rejected',
  'token-endpoint-failed',
  'destination-denied',
  'region-unavailable',
]);

/** Asks once for what a method applies; the problem when there is none, in the words of a lease's contract. */
export async function acquireGrant(
  method: AuthMethod,
  credential: Credential,
  context: AuthContext,
): Promise<Grant | Problem> {
  if (method.acquire === undefined) throw new TypeError(`${method.id} acquires nothing`);
  try {
    const grant = await method.acquire(credential, context);
    if (grant.expiresAt === null || grant.expiresAt.getTime() - Date.now() >= shortestLifeMs) return grant;
    return tokenEndpointFailed({}, { detail: 'The token endpoint gave a token that has all but expired.' });
  } catch (error) {
    return tokenFailure(error);
  }
}

/** What kept us from a token. */
function tokenFailure(error: unknown): Problem {
  const problem = asProblem(error);
  if (passedOn.has(problem.slug)) return problem;
  const detail = isProblem(error)
    ? `The token endpoint could not be asked: ${problem.definition.title.toLowerCase()}.`
    : 'The token request failed on our side.';
  return tokenEndpointFailed(
    {},
    { detail, cause: isProblem(error) ? error : undefined, note: error instanceof Error ? error.name : 'no error' },
  );
}
