// How a value is written so that it stays data in the place where it lands: RFC 3986 for paths and queries,
// RFC 9110 5.5 for header values, RFC 6265 4.1.1 for cookies, RFC 8259 for JSON strings.

import { invalidRequest } from '@pontage/problems';

/**
 * Writes a value's text for one kind of place. `path` names the value in problems, since the value itself may be secret.
 * @throws invalidRequest when the place cannot hold the value.
 */
export type Encoder = (text: string, path: string) => string;

/** The text as it is, for places that encode it later themselves. */
export const plainText: Encoder = (text) => text;

/** One segment of a path: `/`, `?`, `#`, `%` and `\` are encoded; what would be no segment of its own is refused. */
export const pathSegment: Encoder = (text, path) => {
  if (text === '' || text === '.' || text === '..') {
    throw refused(path, 'is empty, "." or "..", which would change the path');
  }
  return percentEncoded(text, path);
};

/** A name or value of a query: `&`, `=`, `+` and `#` are encoded. */
export const queryValue: Encoder = (text, path) => percentEncoded(text, path);

// eslint-disable-next-line no-control-regex -- the control characters are what must not get in
const notInHeader = /[\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]/;

/** A header's value: nothing is encoded, since HTTP has no way to; what could end the line is refused. */
export const headerValue: Encoder = (text, path) => {
  if (notInHeader.test(text))
    throw refused(path, 'holds a line break, a control character or a code point above U+00FF');
  return text;
};

/**
 * A cookie's value: what cannot stand in one (RFC 6265, 4.1.1) is percent-encoded, as scripts in browsers do, and with it
 * the percent sign, so that decoding gives the value back.
 */
export const cookieText: Encoder = (text, path) =>
  text.replaceAll(/[^\u0021\u0023\u0024\u0026-\u002b\u002d-\u003a\u003c-\u005b\u005d-\u007e]+/gu, (run) =>
    percentEncoded(run, path),
  );

/** The inside of a JSON string, without its quotes. */
export const jsonString: Encoder = (text) => JSON.stringify(text).slice(1, -1);

function percentEncoded(text: string, path: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw refused(path, 'is not well-formed Unicode');
  }
}

const refused = (path: string, why: string): Error =>
  invalidRequest({}, { detail: `The value of {{ ${path} }} ${why}.` });
