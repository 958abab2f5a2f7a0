/** Where somebody is led who asked for nothing in particular. */
export const usualReturn = '/docs';

/**
 * A path of ours to go back to after signing in; anything else is {@link usualReturn}. What browsers take for the
 * beginning of another host is no path: `//`, and a backslash, which they read as a slash.
 */
export function returnPath(given: unknown): string {
  if (typeof given !== 'string' || given.length > 2000) return usualReturn;
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(given) || given.includes('\\')) return usualReturn;
  const base = 'http://own.invalid';
  return URL.canParse(given, base) && new URL(given, base).origin === base ? given : usualReturn;
}
