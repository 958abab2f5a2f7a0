import type { AuthMethod } from '@pontage/auth-methods';
import { joinUrl } from '@pontage/http-message';
import { destinationDenied, invalidRequest, isProblem } from '@pontage/problems';

const pointer = '/authentication/verificationUrl';
const elsewhere = 'The verification URL is not on the origin of the base URL, and the credential goes nowhere else.';

/**
 * The URL that a verification asks: below the resource's own URL, or the one that is named. The resource's query, which may
 * be part of every request of it, goes along.
 * @param resourceUrl of a request of the base URL itself
 * @throws destinationDenied for another origin; invalidRequest for a path that could lead elsewhere
 */
export function verificationTarget(resourceUrl: string, verificationUrl: string): string {
  if (verificationUrl.startsWith('/')) return below(resourceUrl, verificationUrl);
  const [base, named] = [new URL(resourceUrl), new URL(verificationUrl)];
  if (named.origin !== base.origin) throw destinationDenied({}, { detail: elsewhere });
  return below(`${base.origin}/${base.search}`, named.pathname + named.search);
}

/**
 * Refuses settings whose verification URL cannot be on the resource's origin, as far as it is known before variables have
 * their values.
 * @throws invalidRequest
 */
export function refuseStrayVerification(
  method: AuthMethod,
  settings: Readonly<Record<string, unknown>>,
  baseUrl: string,
): void {
  const url = method.verificationUrl?.(settings);
  if (url === undefined || holdsVariableHost(baseUrl) || holdsVariableHost(url)) return;
  if (url.startsWith('/') && url.includes('{{')) return;
  try {
    verificationTarget(baseUrl.replaceAll(variable, 'v'), url.replaceAll(variable, 'v'));
  } catch (error) {
    if (!isProblem(error, destinationDenied)) throw error;
    throw invalidRequest({}, { errors: [{ pointer, detail: elsewhere }], cause: error });
  }
}

const variable = /\{\{.*?\}\}/gs;

/** True when scheme, host or port come from a variable. */
const holdsVariableHost = (url: string): boolean => /^(?!\/)[^/?#]*(?:\/\/[^/?#]*)?\{\{/.test(url);

function below(base: string, path: string): string {
  try {
    return joinUrl(base, path, []);
  } catch (error) {
    if (!isProblem(error, invalidRequest)) throw error;
    throw invalidRequest({}, { errors: error.errors.map((each) => ({ ...each, pointer })), cause: error });
  }
}
