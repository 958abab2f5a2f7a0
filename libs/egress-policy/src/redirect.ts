// Which request follows a redirect (RFC 9110, 15.4), and what it must not carry along. Method changes are those of the
// Fetch standard: 303 turns everything but HEAD into GET, 301 and 302 turn POST into GET, 307 and 308 change nothing.
// Across origins (scheme, host or port) only headers that describe what the client understands go along: which others
// hold a secret is not for us to guess.

import { appendQueryParam, dropQueryParam, type Pairs } from '@pontage/http-message';
import { destinationDenied } from '@pontage/problems';

/** One request of a chain of redirects. */
export interface Hop {
  readonly method: string;
  readonly url: string;
  readonly headers: Pairs;
  /** `held`: the body is at hand and can be sent again; `spent`: it was streamed and is gone. */
  readonly body: 'none' | 'held' | 'spent';
}

/** Where the credential stands in the request. Header names in lower case. */
export interface CredentialPlaces {
  readonly headers: readonly string[];
  readonly queryParams: readonly string[];
}

/**
 * The request that follows `hop`, or undefined when the answer is to be passed on as it is: it is no redirect, its
 * Location is no URL, or following would send a body again that is gone or that another origin must not get.
 * @throws Problem `destination-denied` when it leads to another scheme than http and https.
 */
export function followRedirect(
  hop: Hop,
  answer: { readonly status: number; readonly location: string | undefined },
  credential: CredentialPlaces,
): Hop | undefined {
  if (!redirectStatuses.has(answer.status) || answer.location === undefined) return undefined;
  const target = targetOf(answer.location, hop.url);
  if (target === undefined) return undefined;
  if (target.protocol !== 'http:' && target.protocol !== 'https:') throw destinationDenied({});
  const sameOrigin = target.origin === new URL(hop.url).origin;
  const method = methodAfter(hop.method, answer.status);
  const keepsBody = hop.body !== 'none' && method === hop.method && answer.status !== 303;
  if (keepsBody && (hop.body === 'spent' || !sameOrigin)) return undefined;
  const headers = hop.headers.filter(([name]) => mayFollow(name.toLowerCase(), sameOrigin, keepsBody, credential));
  const url = sameOrigin ? withParams(target, hop.url, credential) : withoutParams(target, credential);
  return { method, url, headers, body: keepsBody ? hop.body : 'none' };
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function targetOf(location: string, base: string): URL | undefined {
  // Header bytes come as latin1; a Location beyond ASCII is UTF-8 in practice (Fetch standard, location URL).
  const text = utf8OfLatin1(location);
  if (!URL.canParse(text, base)) return undefined;
  const target = new URL(text, base);
  target.hash = '';
  target.username = '';
  target.password = '';
  return target;
}

function utf8OfLatin1(text: string): string {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return text;
  }
}

function methodAfter(method: string, status: number): string {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method;
}

function mayFollow(name: string, sameOrigin: boolean, keepsBody: boolean, credential: CredentialPlaces): boolean {
  if (!keepsBody && (name.startsWith('content-') || name === 'digest')) return false;
  return sameOrigin || (harmless.has(name) && !credential.headers.includes(name));
}

/** The credential's parameters go on to the same origin, as its headers do, unless the redirect brings its own. */
function withParams(target: URL, from: string, { queryParams }: CredentialPlaces): string {
  const given = new URL(from).searchParams;
  return queryParams
    .filter((name) => !target.searchParams.has(name))
    .flatMap((name) => given.getAll(name).map((value) => [name, value] as const))
    .reduce((url, [name, value]) => appendQueryParam(url, name, value), target.href);
}

const withoutParams = (target: URL, { queryParams }: CredentialPlaces): string =>
  queryParams.reduce(dropQueryParam, target.href);

const harmless: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'pragma',
  'range',
  'user-agent',
]);
