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
