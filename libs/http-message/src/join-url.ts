// How a request's URL is put together (RFC 3986). The path is concatenated, never resolved: resolution (5.2) is what lets
// `..`, `//host` or an absolute URL leave the base. What an upstream might still take for a dot segment after decoding
// once more is refused as well, because we do not know how often it decodes.

import { invalidRequest } from '@pontage/problems';
import type { Pairs } from './outbound-request.js';
import { encodeComponent, encodePath, encodeQuery } from './percent-encoding.js';

/** A base URL, parsed. */
export interface BaseUrl {
  readonly origin: string;
  readonly pathname: string;
  /** With its question mark, or empty. */
  readonly search: string;
}

/** @throws TypeError when it is no URL */
export function parseBaseUrl(text: string): BaseUrl {
  const { origin, pathname, search } = new URL(text);
  return { origin, pathname, search };
}

/**
 * The URL of a path below a base URL. Query: the base URL's own, `params` (the resource's), the path's own,
 * `queryParams` (the query's); in this order, duplicates kept.
 * @param path what the caller asked for, with or without a leading slash and a query; valid escapes stay as they are.
 * @throws Problem `invalid-request` with the pointer `/path` when the path could lead anywhere but below the base.
 */
export function joinUrl(baseUrl: string | BaseUrl, path: string, params: Pairs, queryParams: Pairs = []): string {
  const base = typeof baseUrl === 'string' ? parseBaseUrl(baseUrl) : baseUrl;
  const at = path.indexOf('?');
  const rawPath = at === -1 ? path : path.slice(0, at);
  const rawQuery = at === -1 ? '' : path.slice(at + 1);
  refuseEscape(rawPath, rawQuery);
  const query = [base.search.slice(1), encodePairs(params), encodeQuery(rawQuery), encodePairs(queryParams)];
  const search = query.filter((part) => part !== '').join('&');
  return `${base.origin}${joinPaths(base.pathname, encodePath(rawPath))}${search === '' ? '' : `?${search}`}`;
}

function joinPaths(base: string, path: string): string {
  if (path === '') return base;
  return `${base.endsWith('/') ? base.slice(0, -1) : base}/${path.startsWith('/') ? path.slice(1) : path}`;
}

const encodePairs = (pairs: Pairs): string =>
  pairs.map(([name, value]) => `${encodeComponent(name)}=${encodeComponent(value)}`).join('&');

function refuseEscape(path: string, query: string): void {
  // eslint-disable-next-line no-control-regex -- the control characters are what must not get in
  if (/[\u0000-\u001f\u007f]/.test(path + query)) refuse('A path holds no control characters.');
  if ((path + query).includes('#')) refuse('A path holds no fragment; write %23 for a number sign.');
  if (path.includes('\\')) refuse('A path holds no backslash.');
  if (/^[a-z][a-z\d+.-]*:\/\/|^https?:/i.test(path))
    refuse('A path is relative to the base URL, not a URL of its own.');
  if (path.startsWith('//')) refuse('A path does not begin with two slashes: that would name another host.');
  if (/[.%]/.test(path) && holdsDotSegment(path))
    refuse('A path holds no dot segments, in no encoding: it stays below the base URL.');
}

function refuse(detail: string): never {
  throw invalidRequest({}, { errors: [{ pointer: '/path', detail }] });
}

/** True when some server, decoding as often as it likes, could see `.` or `..` between two separators. */
function holdsDotSegment(path: string): boolean {
  for (let seen = path; ;) {
    if (seen.split(/[/\\]/).some((segment) => /^\.\.?(?:;|$)/.test(segment))) return true;
    const decoded = decodeOnce(seen);
    if (decoded === seen) return false;
    seen = decoded;
  }
}

/** Decodes ASCII escapes, and the overlong forms of dot and slashes that old decoders accept. */
const decodeOnce = (text: string): string =>
  text.replaceAll(/%c0%ae|%c0%af|%c1%9c|%[0-7][0-9a-f]/gi, (escape) => {
    if (escape.length === 3) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return overlong.get(escape.toLowerCase()) ?? escape;
  });

const overlong: ReadonlyMap<string, string> = new Map([
  ['%c0%ae', '.'],
  ['%c0%af', '/'],
  ['%c1%9c', '\\'],
]);
