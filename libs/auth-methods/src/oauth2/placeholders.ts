// `OAUTH2_TOKEN` and `OAUTH2_ID_TOKEN` in a header, a URL parameter or a body: the token stands there, and only there.

import { encodeComponent, headerOf, type OutboundRequest } from '@pontage/http-message';
import { invalidRequest } from '@pontage/problems';
import type { AccessToken } from './token-answer.js';

/** The texts that tokens stand for. A longer word that holds one is none. */
export const placeholders = ['OAUTH2_TOKEN', 'OAUTH2_ID_TOKEN'] as const;
type Placeholder = (typeof placeholders)[number];

const pattern = /(?<![\w-])(OAUTH2_TOKEN|OAUTH2_ID_TOKEN)(?![\w-])/g;

/** True for a text that holds a placeholder. */
export const holdsPlaceholder = (text: string): boolean => text.search(pattern) !== -1;

/** A request with its placeholders filled in. */
export interface Filled {
  readonly request: OutboundRequest;
  /** The access token has found its place. */
  readonly hasToken: boolean;
}

/**
 * Fills in tokens where a request names them. A body that is passed on as it came stays as it came.
 * @throws invalidRequest where it names an ID token, and there is none
 */
export function fillPlaceholders(request: OutboundRequest, { accessToken, idToken }: AccessToken): Filled {
  if (!mayHold(request)) return { request, hasToken: false };
  const texts: Readonly<Record<Placeholder, string | undefined>> = {
    OAUTH2_TOKEN: accessToken,
    OAUTH2_ID_TOKEN: idToken,
  };
  let hasToken = false;
  const fill = (text: string, encode: (token: string) => string = (token) => token): string =>
    text.replaceAll(pattern, (name) => {
      const token = texts[name as Placeholder];
      if (token === undefined) throw invalidRequest({}, { detail: noIdToken });
      hasToken ||= name === 'OAUTH2_TOKEN';
      return encode(token);
    });
  const filled = {
    ...request,
    url: filledUrl(request.url, fill),
    headers: request.headers.map(([name, value]) => [name, fill(value)] as const),
    body: filledBody(request, fill),
  };
  return { request: filled, hasToken };
}

const noIdToken = 'OAUTH2_ID_TOKEN stands for nothing: the provider gave no ID token. Ask it for the scope openid.';

type Fill = (text: string, encode?: (token: string) => string) => string;

const mark = 'OAUTH2_';

function mayHold({ url, headers, body, bodyIsPassedOn }: OutboundRequest): boolean {
  if (url.includes(mark) || headers.some(([, value]) => value.includes(mark))) return true;
  return (
    body !== undefined &&
    bodyIsPassedOn !== true &&
    Buffer.from(body.buffer, body.byteOffset, body.length).includes(mark)
  );
}

/** Only the values of the query: what is not touched stays byte for byte. */
function filledUrl(url: string, fill: Fill): string {
  const at = url.indexOf('?');
  if (at === -1 || !url.includes(mark, at)) return url;
  const pairs = url
    .slice(at + 1)
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const value = decoded(pair.slice(equals + 1));
      const with_ = equals === -1 ? value : fill(value);
      return with_ === value ? pair : `${pair.slice(0, equals)}=${encodeComponent(with_)}`;
    });
  return `${url.slice(0, at)}?${pairs.join('&')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    return text;
  }
}

function filledBody(request: OutboundRequest, fill: Fill): Uint8Array | undefined {
  const { body, bodyIsPassedOn } = request;
  if (body === undefined || bodyIsPassedOn === true) return body;
  const contentType = headerOf(request, 'content-type') ?? '';
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/i.exec(contentType)?.[1];
  if (boundary !== undefined) return filledParts(bytes, boundary, fill);
  const encode = encoderOf(contentType);
  const text = bytes.toString();
  const filled = encode === undefined ? text : fill(text, encode);
  return filled === text ? body : Buffer.from(filled);
}

/** Only the fields: a file is what it is. @see RFC 7578, 4 */
function filledParts(bytes: Buffer, boundary: string, fill: Fill): Uint8Array {
  const delimiter = `--${boundary}`;
  const filled = bytes
    .toString('latin1')
    .split(delimiter)
    .map((part) => {
      const endOfHead = part.indexOf('\r\n\r\n');
      const isField = endOfHead !== -1 && !/;\s*filename\*?=/i.test(part.slice(0, endOfHead));
      return isField ? part.slice(0, endOfHead) + fill(part.slice(endOfHead)) : part;
    })
    .join(delimiter);
  return Buffer.from(filled, 'latin1');
}

/** How a token is written in a body of this type; undefined: nothing is filled in there. */
function encoderOf(contentType: string): ((token: string) => string) | undefined {
  const type = contentType.toLowerCase();
  if (type.includes('json')) return (token) => JSON.stringify(token).slice(1, -1);
  if (type.startsWith('application/x-www-form-urlencoded')) return encodeComponent;
  if (type.includes('xml')) return (token) => token.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return type.startsWith('text/') ? (token) => token : undefined;
}
