// The authentication schemes of RFC 9110, 11.1, that are widely known: those of IANA's registry that servers use, and a few
// that they use without being in it. Any other word in those headers may be a secret that somebody put there.

const known = new Map(
  [
    'Basic',
    'Bearer',
    'Digest',
    'OAuth',
    'AWS4-HMAC-SHA256',
    'DPoP',
    'HOBA',
    'Negotiate',
    'NTLM',
    'ApiKey',
    'Token',
  ].map((scheme) => [scheme.toLowerCase(), scheme]),
);

/** The scheme of an Authorization header; undefined when it is none that is known. */
export const schemeOf = (authorization: string): string | undefined =>
  known.get(/^([\w-]+) /.exec(authorization)?.[1]?.toLowerCase() ?? '');

/** The known schemes that a WWW-Authenticate header asks for, each once, in their order. */
export function challengedSchemes(wwwAuthenticate: string): string[] {
  // What is quoted may hold commas, and words that look like a scheme.
  const plain = wwwAuthenticate.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const words = [...plain.matchAll(/(?:^|,)\s*([\w-]+)(?=\s*(?:,|$)|\s+[^=\s])/g)].map(([, word = '']) => word);
  return [...new Set(words.flatMap((word) => known.get(word.toLowerCase()) ?? []))];
}
