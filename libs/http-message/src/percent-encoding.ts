// Percent-encoding. Components leave only the unreserved characters of RFC 3986, 2.3 as they are. A path or a query that
// somebody wrote as a whole stays as it was sent, but for what the URL standard's percent-encode sets name for its place
// (so `filter[a]=1` keeps its brackets) and for a `%` that begins no escape.

/** Encodes data for any place in a URL: only unreserved characters stay (RFC 3986, 2.3). */
export const encodeComponent = (text: string): string =>
  encodeURIComponent(wellFormed(text)).replaceAll(/[!'()*]/g, percent);

/** Encodes what may not stand in a path; delimiters, slashes and valid escapes stay. */
export const encodePath = (text: string): string => encodeEach(text, /[^!$-;=@-\]_a-z|~]+|%(?![0-9A-Fa-f]{2})/gu);

/** Encodes what may not stand in a query; delimiters and valid escapes stay. */
export const encodeQuery = (text: string): string => encodeEach(text, /[^!$-;=?-~]+|%(?![0-9A-Fa-f]{2})/gu);

const encodeEach = (text: string, forbidden: RegExp): string =>
  wellFormed(text).replaceAll(forbidden, (run) => encodeURIComponent(run));

/** A lone surrogate has no UTF-8 form; the URL standard puts U+FFFD in its place. */
const wellFormed = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, '\ufffd');

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
