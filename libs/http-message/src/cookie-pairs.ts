/** The pairs of a Cookie header, in their order; what has no name or no value is left out. @see RFC 6265, 5.4 */
export const cookiePairs = (line: string | undefined): [name: string, value: string][] =>
  (line ?? '').split(';').flatMap((pair): [string, string][] => {
    const split = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, split)).trim();
    return name === '' ? [] : [[name, pair.slice(split + 1).trim()]];
  });

/** The line that such pairs make. */
export const cookieLine = (pairs: readonly (readonly [string, string])[]): string =>
  pairs.map(([name, value]) => `${name}=${value}`).join('; ');
