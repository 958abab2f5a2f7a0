import type { Probed } from '@pontage/contracts/egress-worker';
import { challengedSchemes, headerOf, type Pairs } from '@pontage/http-message';

/** What an answer says about a stage. Texts come from here: nothing that an upstream wrote is in them. */
export interface Verdict {
  readonly ok: boolean;
  readonly detail: string;
  readonly remedy?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: Pairs;
}

/** Statuses by which an upstream, or a proxy before it, says that it wants to know who asks. */
const refusing: ReadonlySet<number> = new Set([401, 403, 407]);

/**
 * What the upstream made of the credential; undefined when its answer does not tell, or there was none to be judged.
 */
export function credentialVerdict({ status, headers }: Answer, probed: Probed | undefined): Verdict | undefined {
  const credential = probed?.credential ?? null;
  if (refusing.has(status)) return refusal(status, headers, probed);
  if (credential === null) return undefined;
  const isSignIn = isRedirect(status) && signInPage.test(headerOf({ headers }, 'location') ?? '');
  if (isSignIn)
    return {
      ok: false,
      detail: `The upstream answered ${status} with the way to what looks like a sign-in page.`,
      remedy: `The credential was not taken. Check it, whether the API wants ${credential.method} at all, and whether the base URL is the one of the API and not of its website.`,
    };
  if (status < 500 && status !== 429)
    return { ok: true, detail: `The upstream did not refuse the credential (${credential.method}).` };
  if (credential.isGranted)
    return {
      ok: true,
      detail: `A token was there or has been obtained (${credential.method}); the answer does not tell what the upstream makes of it.`,
    };
  return undefined;
}

/** What the answer says about the request itself: that one came proves the connection. */
export function requestVerdict({ status, headers }: Answer): Verdict {
  const detail = `The upstream answered ${status}.`;
  const remedy = remedyOf(status, headers);
  return { ok: true, detail, ...(remedy === undefined ? {} : { remedy }) };
}

function refusal(status: number, headers: Pairs, probed: Probed | undefined): Verdict {
  const schemes = challengedSchemes(headerOf({ headers }, 'www-authenticate') ?? '');
  const asks = schemes.length === 0 ? '' : ` and asks for ${schemes.join(' or ')}`;
  const detail = `The upstream answered ${status}${asks}.`;
  return { ok: false, detail, remedy: refusalRemedy(status, schemes, probed) };
}

function refusalRemedy(status: number, schemes: readonly string[], probed: Probed | undefined): string {
  const credential = probed?.credential ?? null;
  const told = probed?.refusal ?? null;
  if (told !== null) return told;
  if (status === 407)
    return 'A proxy before the upstream wants to know who asks; the operator of the network has to let us through.';
  const [wanted] = schemes;
  if (credential === null)
    return wanted === undefined
      ? 'The resource sends no credential: choose an authentication method, or test a path that needs none.'
      : `The resource sends no credential: choose an authentication method that speaks ${wanted}.`;
  if (wanted !== undefined && (credential.scheme === null || !schemes.includes(credential.scheme)))
    return `The upstream asks for ${schemes.join(' or ')}, and the resource authenticates by ${credential.method}: choose the method that the upstream asks for.`;
  if (status === 403)
    return 'Either the credential is wrong, or it lacks the right for this path: check it, and test a path that it may read.';
  return `Check the values of the credential (${credential.method}), and that the upstream has not revoked them.`;
}

function remedyOf(status: number, headers: Pairs): string | undefined {
  if (isRedirect(status)) return redirectRemedy(headerOf({ headers }, 'location'));
  if (status < 400) return undefined;
  if (status === 404 || status === 410)
    return 'The connection works. There is nothing at this path: give one that exists to test more.';
  if (status === 405) return 'The connection works. Give a method that this path takes, or another path.';
  if (status === 429) return 'The connection works. The upstream limits how often it may be asked: test again later.';
  if (status < 500) return 'The connection works. Give a path that answers to this method without more.';
  return 'The connection works. The upstream has trouble of its own with this path: give another one, or ask its operator.';
}

/** Where it leads is the upstream's text, so it is not repeated. */
function redirectRemedy(location: string | undefined): string {
  if (location !== undefined && signInPage.test(location))
    return 'The connection works. It leads to what looks like a sign-in page: check whether the base URL is the one of the API, and whether a credential is needed.';
  return 'The connection works. A test follows no redirect: run a query to see where this one leads. If it is another host, the credential does not go along: make it the base URL.';
}

/** True for an answer that sends whoever asks elsewhere. */
export const isRedirect = (status: number): boolean => status >= 300 && status < 400 && status !== 304;
const signInPage = /\b(?:log-?in|log_in|sign-?in|sign_in|sso|saml2?|oauth2?|oidc|authorize|auth|session\/new)\b/i;
