import type { Dispatch } from '@pontage/contracts/egress-worker';
import { requestTarget, stripHopByHop, type Pairs } from '@pontage/http-message';
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
  const beginning = originPart(url);
  const origin = originOf(beginning, url);
  const rest = url.slice(beginning.length);
  return { origin, path: origin === beginning && plainTarget.test(rest) ? rest : requestTarget(url) };
}

/** Printable ASCII without a fragment: behind an origin that is written as it reads, this is the target. */
const plainTarget = /^\/[!"$-~]*$/;

/** Origins that were parsed before, by how plain URLs begin. */
const origins = new Map<string, string>();
const maxOrigins = 1_024;
/** What cannot be read in two ways: small letters, digits, dots and hyphens, and a port. */
const plainBeginning = /^https?:\/\/[a-z0-9][a-z0-9.-]*(?::\d{1,5})?$/;

function originOf(beginning: string, url: string): string {
  const known = origins.get(beginning);
  if (known !== undefined) return known;
  const { protocol, origin } = parse(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw destinationDenied({});
  if (plainBeginning.test(beginning)) {
    if (origins.size >= maxOrigins) origins.clear();
    origins.set(beginning, origin);
  }
  return origin;
}

/** What of a URL names its upstream well enough to count by, without the cost of parsing it. */
export function originPart(url: string): string {
  const end = url.indexOf('/', 'https://'.length);
  return end === -1 ? url : url.slice(0, end);
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
  const flat: string[] = [];
  for (const header of stripHopByHop(headers))
    if (!ownHeaders.has(header[0].toLowerCase())) flat.push(header[0], header[1]);
  if (body.kind === 'pulled' && body.bytes !== null) flat.push('content-length', String(body.bytes));
  return flat;
}
