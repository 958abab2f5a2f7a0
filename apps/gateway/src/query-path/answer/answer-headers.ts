type Pairs = readonly (readonly [string, string])[];

/** What an upstream's answer could do to our origin, or what speaks of a connection that is not the caller's. */
const dropped =
  /^(?:clear-site-data|strict-transport-security|access-control-.*|link|refresh|nel|report-to|reporting-endpoints|expect-ct|public-key-pins.*|alt-svc|service-worker-allowed|sourcemap|x-sourcemap|content-security-policy(?:-report-only)?|x-content-type-options|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|pontage-.*)$/i;

/** What would be taken for ours under its own name: a cookie of our origin, the id of the caller's request. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['set-cookie', 'Pontage-Set-Cookie'],
  ['x-request-id', 'Pontage-Upstream-Request-Id'],
]);

/**
 * The headers of an upstream's answer as `/proxy` passes them on: none that could act on our origin, some renamed,
 * and a sandbox around whatever a browser might make of the body. Names and values in turn.
 */
export function proxyHeaders(upstream: Pairs): string[] {
  const flat: string[] = [];
  for (const header of upstream) {
    const name = header[0];
    if (!dropped.test(name)) flat.push(renamed.get(name.toLowerCase()) ?? name, header[1]);
  }
  flat.push('Content-Security-Policy', "sandbox; default-src 'none'", 'X-Content-Type-Options', 'nosniff');
  return flat;
}
