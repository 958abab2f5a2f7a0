import type { Dispatch } from '@pontage/contracts/egress-worker';
import { stripHopByHop, type Pairs } from '@pontage/http-message';
import { destinationDenied } from '@pontage/problems';

/** A URL, split into the connection it needs and the target that goes into the request line. */
export interface WireTarget {
  readonly origin: string;
  readonly path: string;
}

/**
 * Splits a URL without changing a byte of its path and query.
 * @throws Problem `destination-denied` when it is no http or https URL.
 */
export function wireTarget(url: string): WireTarget {
  const { protocol, origin, pathname, search } = parse(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw destinationDenied({});
  const exact = url.startsWith(origin) ? url.slice(origin.length).split('#', 1)[0] : undefined;
  // A URL in another spelling (default port, user, upper case, spaces) is taken as the URL standard reads it.
  if (exact === undefined || !/^(?:[/?][!-~]*)?$/.test(exact)) return { origin, path: pathname + search };
  return { origin, path: exact.startsWith('/') ? exact : `/${exact}` };
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw destinationDenied({});
  }
}

/** What the connection itself decides; a `Host` of somebody's own would also name the server to TLS. */
const ownHeaders: ReadonlySet<string> = new Set(['host', 'content-length', 'expect']);

/** Names and values in turn, as undici takes them: without what belongs to the connection, with the length of a pulled body. */
export function wireHeaders(headers: Pairs, body: Dispatch['request']['body']): string[] {
  const flat = stripHopByHop(headers).flatMap(([name, value]) =>
    ownHeaders.has(name.toLowerCase()) ? [] : [name, value],
  );
  if (body.kind === 'pulled' && body.bytes !== null) flat.push('content-length', String(body.bytes));
  return flat;
}
