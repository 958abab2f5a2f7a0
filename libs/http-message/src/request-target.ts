/**
 * The target that goes into the request line for an absolute URL (RFC 9112, 3.2.1): its path and query, byte for byte.
 * A URL in another spelling (default port, user, upper case, spaces) is taken as the URL standard reads it.
 */
export function requestTarget(url: string): string {
  const { origin, pathname, search } = new URL(url);
  const exact = url.startsWith(origin) ? url.slice(origin.length).split('#', 1)[0] : undefined;
  if (exact === undefined || !/^(?:[/?][!-~]*)?$/.test(exact)) return pathname + search;
  return exact.startsWith('/') ? exact : `/${exact}`;
}
