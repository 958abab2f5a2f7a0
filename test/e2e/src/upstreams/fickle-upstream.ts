import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** What the upstream was sent, request by request. */
export interface Seen {
  readonly token: string | undefined;
  readonly bytes: number;
  readonly sha256: string;
  readonly status: number;
}

/** A token endpoint, and an API behind it that takes only the token that was issued last. */
export interface FickleUpstream {
  readonly port: number;
  readonly seen: readonly Seen[];
  /** From now on the API refuses the token that is in use. */
  forgetToken(): void;
  stop(): Promise<void>;
}

/** Starts it. The API reads each body to its end before it judges the token, as most do. */
export async function startFickleUpstream(): Promise<FickleUpstream> {
  const seen: Seen[] = [];
  let issued = 0;
  let good = 1;
  const server = createServer((request, response) => {
    const hash = createHash('sha256');
    let bytes = 0;
    request.on('data', (part: Buffer) => {
      hash.update(part);
      bytes += part.length;
    });
    request.on('end', () => {
      if (request.url === '/token') {
        issued += 1;
        const token = { access_token: `token-${issued}`, token_type: 'Bearer', expires_in: 3600 };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token));
        return;
      }
      const token = request.headers.authorization?.replace('Bearer token-', '');
      const status = Number(token) >= good ? 200 : 401;
      seen.push({ token, bytes, sha256: hash.digest('hex'), status });
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ bytes }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    forgetToken: () => void (good = issued + 1),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
