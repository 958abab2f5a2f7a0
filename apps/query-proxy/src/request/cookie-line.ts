// The Cookie header of a request (RFC 6265, 5.4): one line, whatever it is put together from. Static cookies are the
// resource's, forwarded ones the caller's. Nothing else that a caller calls a cookie is sent.

import { isOwnCookie } from '@pontage/contracts/resource-registry';
import { cookieLine, cookiePairs, type Pairs } from '@pontage/http-message';
import { cookieText, type Scope } from '@pontage/templates';
import type { ResourceSnapshot } from '../policy/resource-index.js';
import type { SecretLedger } from './injected-secrets.js';
import { renderSetting } from './render-pairs.js';

/** The cookies that go with a request. */
export interface RequestCookies {
  readonly pairs: Pairs;
  /** The names of those that came from the caller. */
  readonly forwarded: readonly string[];
}

/** Texts shorter than this occur in answers by chance. */
const shortestNoted = 4;

/**
 * The resource's static cookies and those of the caller that it lets through: the listed ones, or all but ours. A static
 * cookie stands against one of the same name from the caller, so that nobody can replace what was configured.
 */
export function requestCookies(
  resource: Pick<ResourceSnapshot, 'cookies' | 'cookiesToForward' | 'forwardAllCookies'>,
  callerLine: string | undefined,
  scope: Scope,
  ledger: SecretLedger,
): RequestCookies {
  if (resource.cookies.length === 0 && callerLine === undefined) return noCookies;
  const fixed = renderSetting('cookies', resource.cookies, scope, cookieText, ledger);
  const taken = new Set(fixed.map(([name]) => name));
  const listed = new Set(resource.cookiesToForward);
  const passed = cookiePairs(callerLine).filter(
    ([name]) => !taken.has(name) && !isOwnCookie(name) && (resource.forwardAllCookies || listed.has(name)),
  );
  // They are secrets of the caller's: an answer that repeats one travels sealed.
  for (const [name, value] of passed) if (value.length >= shortestNoted) ledger.note('cookies', name, value);
  return { pairs: [...fixed, ...passed], forwarded: [...new Set(passed.map(([name]) => name))] };
}

/** Nearly every request has none. */
const noCookies: RequestCookies = { pairs: [], forwarded: [] };

/** The headers with one Cookie line at most: cookies that a header of the request itself names come before all others. */
export function withCookies(headers: Pairs, { pairs }: RequestCookies): Pairs {
  if (pairs.length === 0 && !headers.some(isCookie)) return headers;
  const own = headers.filter(isCookie).flatMap(([, value]) => cookiePairs(value));
  const names = new Set(own.map(([name]) => name));
  const all = [...own, ...pairs.filter(([name]) => !names.has(name))];
  const others = headers.filter((header) => !isCookie(header));
  if (all.length === 0) return others;
  return [...others, ['Cookie', cookieLine(all)]];
}

const isCookie = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'cookie';
