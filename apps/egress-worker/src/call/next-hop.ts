import type { Dispatch } from '@pontage/contracts/egress-worker';
import { followRedirect, type Hop } from '@pontage/egress-policy';
import type { Pairs } from '@pontage/http-message';
import { tooManyRedirects } from '@pontage/problems';

/** Where an answer leads, as far as the dispatch allows that; undefined: nowhere else. @throws tooManyRedirects */
export function nextHop(
  { maxRedirects, credential }: Dispatch,
  hop: Hop,
  followed: number,
  answer: { readonly status: number; readonly headers: Pairs },
): Hop | undefined {
  if (maxRedirects === 0 || answer.status < 300) return undefined;
  const location = answer.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
  const next = followRedirect(hop, { status: answer.status, location }, credential);
  if (next !== undefined && followed === maxRedirects) throw tooManyRedirects({ limit: maxRedirects });
  return next;
}

/** The request of a dispatch as the first one of its chain. */
export function hopOf({ method, url, headers, body: { kind } }: Dispatch['request']): Hop {
  return { method, url, headers, body: kind === 'none' ? 'none' : kind === 'inline' ? 'held' : 'spent' };
}

/** True when sending it again changes nothing at the upstream. @see RFC 9110, 9.2.1 */
export const isSafe = ({ method, body }: Hop): boolean => body === 'none' && safeMethods.has(method);

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
