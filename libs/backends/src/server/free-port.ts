import { randomInt } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';

/** Below the ports that systems give to outgoing connections (from 32768 on Linux, 49152 elsewhere). */
const range = { from: 20_000, to: 32_000 } as const;
const maxTries = 50;

/**
 * A port that is free, for a server that listens on it later. One of the system's choosing would not do: until the
 * server listens, any outgoing connection of the machine may be given it.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const port = await portIfFree(randomInt(range.from, range.to), host);
    if (port !== undefined) return port;
  }
  throw new Error(`cannot listen on ${host}: none of ${maxTries} ports is free`);
}

/** The port if nobody listens there, otherwise undefined. */
export function portIfFree(port: number, host: string): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}
