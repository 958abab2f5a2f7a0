import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An upstream that refuses, and repeats in all that it says whatever it was sent; some of it in words of AWS. */
export interface BluntUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Everything that it was sent, as it came. */
  readonly heard: readonly string[];
}

/**
 * Starts one on a free port of the loopback. `/token` refuses the client, `/skewed` the clock,
 * `/slow` says nothing, `/basic` asks for Basic, and everything else for Digest.
 */
export async function startBluntUpstream(): Promise<BluntUpstream> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const said = `${request.url ?? ''} ${request.rawHeaders.join(' ')} ${body}`;
      heard.push(said);
      const echo = encodeURIComponent(said);
      const json = { 'content-type': 'application/json' };
      if (request.url?.startsWith('/slow')) return;
      if (request.url?.startsWith('/token'))
        return void response
          .writeHead(401, json)
          .end(JSON.stringify({ error: 'invalid_client', error_description: said }));
      if (request.url?.startsWith('/skewed'))
        return void response.writeHead(403).end(`<Error><Code>RequestTimeTooSkewed</Code>${said}</Error>`);
      if (request.url?.startsWith('/moved'))
        return void response.writeHead(302, { location: `/users/sign_in?back=${echo}` }).end(said);
      const scheme = request.url?.startsWith('/basic') === true ? 'Basic' : 'Digest';
      response.writeHead(401, { 'www-authenticate': `${scheme} realm="${echo}"`, 'x-echo': echo }).end(said);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    heard,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
