import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an upstream that knows sessions and tokens was asked. */
export interface Asked {
  readonly target: string;
  readonly cookie: string | undefined;
  readonly authorization: string | undefined;
}

/** An API with a token endpoint and a place that tells whether somebody is signed in. */
export interface SignInUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What `/me` was asked since the last time that it was emptied. */
  readonly asked: Asked[];
  /** What `/me` answers; `down`: it hangs up, `silent`: it says nothing, `endless`: 200, and a body without end. */
  me: (request: Asked) => number | 'down' | 'silent' | 'endless';
  /** False: the token endpoint knows no client. */
  knowsClient: boolean;
}

/** Text that an upstream says and nobody repeats. */
export const upstreamCanary = 'canary-of-the-upstream';
/** The token that it gives out. */
export const tokenCanary = 'canary-t0ken';

/** Starts it on a port of its own. */
export async function startSignInUpstream(): Promise<SignInUpstream> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      if (request.url === '/token') {
        const token = { access_token: tokenCanary, token_type: 'Bearer', expires_in: 3600 };
        const refusal = { error: 'invalid_client', error_description: upstreamCanary };
        response
          .writeHead(upstream.knowsClient ? 200 : 401, { 'content-type': 'application/json' })
          .end(JSON.stringify(upstream.knowsClient ? token : refusal));
        return;
      }
      const asked = askedOf(request);
      upstream.asked.push(asked);
      const status = upstream.me(asked);
      if (status === 'down') return void request.socket.destroy();
      if (status === 'silent') return;
      if (status === 'endless') return pourInto(response);
      response.writeHead(status, { location: '/login', 'x-canary': upstreamCanary }).end(upstreamCanary);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const upstream: SignInUpstream = {
    url: `http://127.0.0.1:${port}`,
    port,
    asked: [],
    me: () => 200,
    knowsClient: true,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return upstream;
}

/** Says that the body is gzip, which it is not, and writes until nobody reads any more. */
function pourInto(response: ServerResponse): void {
  response.writeHead(200, { 'content-encoding': 'gzip' });
  const pour = () => {
    while (response.write(Buffer.alloc(64 * 1024, upstreamCanary)));
  };
  response.on('drain', pour);
  pour();
}

const askedOf = ({ url, headers }: IncomingMessage): Asked => ({
  target: url ?? '',
  cookie: headers.cookie,
  authorization: headers.authorization,
});
