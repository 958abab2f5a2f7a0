// The two lines of a canonical request that say where it goes, as AWS's "Create a signed AWS API request" describes
// them. aws4 makes these from decoded text, which fails for bytes that are not UTF-8, loses parameters after the
// thousandth and those called `__proto__`, and signs only the first of several of one name for S3.

import { encodeComponent } from '@pontage/http-message';

/** How a service reads a path: most normalize it and encode what was sent once more; S3 takes the key as it is. */
export interface PathRules {
  readonly isNormalized: boolean;
  readonly encodings: 'once' | 'twice';
}

/** The canonical URI of a path as it goes over the wire. */
export function canonicalPath(path: string, { isNormalized, encodings }: PathRules): string {
  const segments = isNormalized ? normalized(path) : path.split('/').slice(1);
  // S3 reads a plus in a path as a space, as it does in a query.
  const encode = encodings === 'twice' ? encodeComponent : (segment: string) => recode(segment);
  const encoded = `/${segments.map(encode).join('/')}`;
  return encodings === 'once' ? encoded.replaceAll('%2F', '/') : encoded;
}

/** The canonical query: each name and value encoded once, sorted by name and then by value. */
export function canonicalQuery(query: string): string {
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at === -1 ? [recode(pair), ''] : [recode(pair.slice(0, at)), recode(pair.slice(at + 1))];
    });
  return pairs
    .sort(([nameA = '', valueA = ''], [nameB = '', valueB = '']) => compare(nameA, nameB) || compare(valueA, valueB))
    .map((pair) => pair.join('='))
    .join('&');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function normalized(path: string): string[] {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return kept.length > 0 && path.endsWith('/') ? [...kept, ''] : kept;
}

/** Encoded exactly once, whatever was encoded before; byte for byte, so that what is not UTF-8 stays what it is. */
const recode = (text: string): string =>
  text.replaceAll(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~]/gu, (piece) => {
    if (piece === '+') return '%20';
    if (!/^%../.test(piece)) return encodeComponent(piece);
    const character = String.fromCharCode(Number.parseInt(piece.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : piece.toUpperCase();
  });
