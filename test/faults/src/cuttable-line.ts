import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP line that can be cut and slowed, to stand between two processes. */
export interface CuttableLine extends AsyncDisposable {
  readonly port: number;
  /** Ends every connection and refuses new ones until it is mended. */
  cut(): void;
  mend(): void;
  /** Delays every piece of data by that much, in both directions. */
  slow(delayMs: number): void;
}

/** Opens a line to a port of this machine. */
export async function openLine(targetPort: number, host = '127.0.0.1'): Promise<CuttableLine> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let delayMs = 0;
  const join = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('data', (data: Buffer) => (delayMs === 0 ? to.write(data) : setTimeout(() => to.write(data), delayMs)));
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    from.on('error', () => to.destroy());
  };
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = createConnection(targetPort, host);
    join(near, far);
    join(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend: () => (isCut = false),
    slow: (byMs) => (delayMs = byMs),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => resolve());
      }),
  };
}
