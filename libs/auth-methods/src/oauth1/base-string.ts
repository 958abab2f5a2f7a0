// The signature base string of OAuth 1.0 (RFC 5849, 3.4.1), and the encoding of 3.6. Parameters are taken apart as bytes and
// encoded again, so that what is no UTF-8 stays what it was; sorting is by encoded bytes. The path is signed as it is sent.

import { headerOf, requestTarget, type OutboundRequest } from '@pontage/http-message';

/** A parameter; the characters of name and value are bytes. */
export type Parameter = readonly [string, string];

/**
 * What is signed of a request: method, URI, and the parameters of its query, of its form body, and of the protocol.
 * @see RFC 5849, 3.4.1
 */
export function signatureBaseString(request: OutboundRequest, protocol: readonly Parameter[]): string {
  const parameters = [...queryParameters(request.url), ...formParameters(request), ...protocol.map(asBytes)];
  return [request.method.toUpperCase(), baseUri(request.url), normalised(parameters)]
    .map((part) => percentEncoded(part))
    .join('&');
}

/** The text, percent-encoded as RFC 5849, 3.6 wants it: everything but the unreserved characters. */
export const encodedText = (text: string): string => percentEncoded(latin1Of(text));

/** True when the body's fields are part of the signature. @see RFC 5849, 3.4.1.3.1 */
export const hasFormBody = (request: OutboundRequest): boolean =>
  /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i.test(headerOf(request, 'content-type') ?? '');

/** Scheme, host and port without a default one, and the path. @see RFC 5849, 3.4.1.2 */
function baseUri(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}${requestTarget(url).split('?', 1)[0] ?? ''}`;
}

/** @see RFC 5849, 3.4.1.3.2 */
function normalised(parameters: readonly Parameter[]): string {
  const encoded = parameters.map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const);
  const sorted = encoded.toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  return sorted.map(([name, value]) => `${name}=${value}`).join('&');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function queryParameters(url: string): Parameter[] {
  const target = requestTarget(url);
  const at = target.indexOf('?');
  return at === -1 ? [] : formPairs(target.slice(at + 1));
}

const formParameters = (request: OutboundRequest): Parameter[] =>
  request.body === undefined || !hasFormBody(request) ? [] : formPairs(Buffer.from(request.body).toString('latin1'));

/** @see W3C HTML 4.01, 17.13.4, as RFC 5849 reads it: `+` is a space, in a query as well */
const formPairs = (text: string): Parameter[] =>
  text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at === -1 ? [decoded(pair), ''] : [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
    });

const decoded = (text: string): string =>
  text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const percentEncoded = (bytes: string): string =>
  bytes.replaceAll(/[^0-9A-Za-z._~-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

const asBytes = ([name, value]: Parameter): Parameter => [latin1Of(name), latin1Of(value)];

const latin1Of = (text: string): string => Buffer.from(text).toString('latin1');
