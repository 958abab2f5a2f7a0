import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The website of a customer, at as many origins as there are names below localhost. */
export interface ParentSite {
  readonly port: number;
  origin(name: string): string;
  stop(): Promise<void>;
}

const plainCookie = { location: '/cookies', 'set-cookie': '__Host-plain=1; Path=/; Secure; HttpOnly; SameSite=None' };

const sdkEntry = fileURLToPath(new URL('../../../../libs/embed-sdk/src/parent/index.ts', import.meta.url));

/**
 * Serves pages that can embed: `/` has the SDK's parent side as `sdk`, `/frame?url=…` puts a plain frame on the page,
 * `?policy=…` sets the Referrer-Policy. `/plain-cookie` sets a cookie without `Partitioned` and shows which came back.
 */
export async function startParentSite(): Promise<ParentSite> {
  const { outputFiles } = await build({
    entryPoints: [sdkEntry],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'sdk',
    tsconfigRaw: '{}',
  });
  const sdk = outputFiles[0]?.text ?? '';
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://parent');
    const policy = searchParams.get('policy');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    if (policy !== null) response.setHeader('referrer-policy', policy);
    if (pathname === '/plain-cookie') return void response.writeHead(303, plainCookie).end();
    if (pathname === '/cookies') return void response.end(`<p id="cookies">${request.headers.cookie ?? 'none'}</p>`);
    if (pathname === '/sdk.js') return void response.setHeader('content-type', 'text/javascript').end(sdk);
    if (pathname === '/frame')
      return void response.end(
        `<!doctype html><title>parent</title><iframe id="embed" src="${(searchParams.get('url') ?? '').replaceAll('"', '&quot;')}"></iframe>`,
      );
    return void response.end(
      '<!doctype html><title>parent</title><div id="place" style="height:300px"></div><script src="/sdk.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: (name) => `http://${name}.localhost:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
