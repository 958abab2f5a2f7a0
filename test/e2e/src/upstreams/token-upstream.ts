import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An upstream with many doors, each with a token of its own: `/door-1/…` answers 200 to its own token, and 401 to any other. */
export interface TokenUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** How many requests came with the right token, and how many with another or none. */
  readonly seen: { right: number; wrong: number };
}

/** The token that a door opens to. */
export const tokenOf = (door: string, salt = ''): string =>
  createHash('sha256').update(`token of ${door} ${salt}`).digest('base64url');

/** Starts it on a free port of this machine. `salt` makes other tokens for the same doors. */
export async function startTokenUpstream(salt = ''): Promise<TokenUpstream> {
  const seen = { right: 0, wrong: 0 };
  const server = createServer((request, response) => {
    const door = request.url?.split(/[/?]/)[1] ?? '';
    const isRight = request.headers.authorization === `Bearer ${tokenOf(door, salt)}`;
    seen[isRight ? 'right' : 'wrong'] += 1;
    response.writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ door }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
