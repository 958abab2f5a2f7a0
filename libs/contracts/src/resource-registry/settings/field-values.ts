// What may stand in the fields of a request: RFC 9110 for headers, RFC 6265 for cookies. A value may hold `{{ }}` templates;
// what is put in their place is encoded when a query runs, so the rules here are about the text around them.

import { z } from 'zod';

/** Text of at most so many characters. */
export const text = (max: number) => z.string().max(max);

/** RFC 9110, 5.6.2: what a field name may consist of. */
export const fieldName = z
  .string()
  .max(200)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'A header name holds only token characters (RFC 9110, 5.6.2).');
export const fieldValue = text(8192).regex(
  // eslint-disable-next-line no-control-regex -- the control characters are what must not get in
  /^[^\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]*$/,
  'A header value holds no line break, control character or code point above U+00FF.',
);

/** RFC 6265, 4.1.1: the name of a cookie is a token. */
export const cookieName = z
  .string()
  .max(200)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'A cookie name holds only token characters (RFC 6265, 4.1.1).');
export const cookieValue = text(4096).refine(
  (value) => /^[\u0021\u0023-\u002b\u002d-\u003a\u003c-\u005b\u005d-\u007e]*$/.test(withoutTemplates(value)),
  'A cookie value holds no space, quote, comma, semicolon, backslash or character beyond ASCII (RFC 6265, 4.1.1).',
);

/** Our own cookies: they say who a browser is to us, and never go to an upstream. */
export const isOwnCookie = (name: string): boolean => /^(?:__Host-|__Secure-)?pontage(?:-|$)/i.test(name);

/** `COOKIE_<name>` in a header's value: it becomes the value of that cookie. */
export const cookiePlaceholder = /(?<![\w-])COOKIE_([!#$%&'*+.^_`|~0-9A-Za-z-]+)/g;

const withoutTemplates = (value: string): string => value.replaceAll(/\{\{.*?\}\}/gs, '');
