import type { BodyHashes } from '@pontage/contracts/query-proxy';
import { invalidRequest } from '@pontage/problems';
import { encodeComponent } from './percent-encoding.js';

/** Ordered name and value pairs; duplicates survive. */
export type Pairs = readonly (readonly [string, string])[];

/** One request to an upstream, complete but for what the connection adds. */
export interface OutboundRequest {
  readonly method: string;
  /** Absolute; its path and query are exactly what goes over the wire. */
  readonly url: string;
  readonly headers: Pairs;
  readonly body: Uint8Array | undefined;
  /** There is a body that is too large to be here: the worker pulls it. */
  readonly bodyIsPulled?: boolean;
  /** The body is the caller's own, byte for byte: nothing is filled in there. */
  readonly bodyIsPassedOn?: boolean;
  /** What a body that is not here hashes to, when whoever holds it has looked at all of it. */
  readonly bodyHashes?: BodyHashes;
}

/** What an upstream answered, as far as a challenge is read from it. */
export interface UpstreamResponse {
  readonly status: number;
  readonly headers: Pairs;
}

/**
 * The request with the header set: others of that name are gone, so nothing given earlier can stand in for it.
 * @throws Problem `invalid-request` when the name or the value could not be one line of a message (RFC 9110, 5.5).
 */
export function withHeader(request: OutboundRequest, name: string, value: string): OutboundRequest {
  if (!isFieldName(name) || !isFieldValue(value)) {
    const detail = `The header ${JSON.stringify(name.slice(0, 100))} holds a line break, a control character or a code point above U+00FF.`;
    throw invalidRequest({}, { errors: [{ pointer: '/headers', detail }] });
  }
  const wanted = name.toLowerCase();
  const others = request.headers.filter(([other]) => other.toLowerCase() !== wanted);
  return { ...request, headers: [...others, [name, value]] };
}

/** The request without the headers of these (lower-case) names. */
export function withoutHeaders(request: OutboundRequest, names: readonly string[]): OutboundRequest {
  return { ...request, headers: request.headers.filter(([name]) => !names.includes(name.toLowerCase())) };
}

/** The header's value: lines of the same name combined as RFC 9110, 5.3 says; cookies as RFC 6265, 5.4 does. */
export function headerOf(message: { readonly headers: Pairs }, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const values = message.headers.filter(([other]) => other.toLowerCase() === wanted).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(wanted === 'cookie' ? '; ' : ', ');
}

/** The request with the query parameter set at the end; others of that name are gone, the rest stays byte for byte. */
export function withQueryParam(request: OutboundRequest, name: string, value: string): OutboundRequest {
  return { ...request, url: appendQueryParam(dropQueryParam(request.url, name), name, value) };
}

/** The URL with one more parameter at the end of its query. */
export function appendQueryParam(url: string, name: string, value: string): string {
  const separator = url.includes('?') ? (url.endsWith('?') || url.endsWith('&') ? '' : '&') : '?';
  return `${url}${separator}${encodeComponent(name)}=${encodeComponent(value)}`;
}

/** The URL without the query parameters of that name, however they are percent-encoded. */
export function dropQueryParam(url: string, name: string): string {
  const at = url.indexOf('?');
  if (at === -1) return url;
  const pairs = url.slice(at + 1).split('&');
  const kept = pairs.filter((pair) => nameOf(pair) !== name);
  if (kept.length === pairs.length) return url;
  return kept.length === 0 ? url.slice(0, at) : `${url.slice(0, at)}?${kept.join('&')}`;
}

const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// eslint-disable-next-line no-control-regex -- the control characters are what must not get in
const fieldValue = /^[^\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]*$/;

/** True for a token as RFC 9110, 5.6.2 defines field names. */
export const isFieldName = (name: string): boolean => fieldName.test(name);

/** True for text that fits into one field line: no control characters but the tab, nothing above U+00FF. */
export const isFieldValue = (value: string): boolean => fieldValue.test(value);

function nameOf(pair: string): string {
  const raw = (pair.split('=', 1)[0] ?? '').replaceAll('+', ' ');
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
