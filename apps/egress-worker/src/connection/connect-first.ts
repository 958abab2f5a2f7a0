import { connect, isIPv6, type Socket } from 'node:net';

/** Where to connect to, from where, and until when. */
export interface ConnectOptions {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly localAddress: string | undefined;
  readonly signal: AbortSignal;
}

/** How long an address may keep the next one waiting (RFC 8305, 5). */
const headStartMs = 250;

/**
 * Connects to the first of the addresses that answers, each with a head start over the next. Only these addresses are
 * dialled: no name is looked up any more.
 * @throws Error of the last address when none of them answers; the signal's reason when it is aborted.
 */
export function connectFirst({ addresses, port, localAddress, signal }: ConnectOptions): Promise<Socket> {
  const reachable = addresses.filter(
    (address) => localAddress === undefined || isIPv6(address) === isIPv6(localAddress),
  );
  return new Promise((resolve, reject) => {
    const open = new Set<Socket>();
    let tried = 0;
    let timer: NodeJS.Timeout | undefined;
    const finish = (winner?: Socket) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      for (const socket of open) if (socket !== winner) socket.destroy();
    };
    const abort = () => {
      finish();
      reject(signal.reason as Error);
    };
    const fail = (socket: Socket, error: Error) => {
      open.delete(socket);
      if (tried < reachable.length) tryNext();
      else if (open.size === 0) {
        finish();
        reject(error);
      }
    };
    const tryNext = () => {
      clearTimeout(timer);
      const host = reachable[tried];
      if (host === undefined) return;
      tried += 1;
      const socket = connect({ host, port, noDelay: true, ...(localAddress === undefined ? {} : { localAddress }) });
      open.add(socket);
      const failed = (error: Error) => fail(socket, error);
      socket.once('error', failed).once('connect', () => {
        finish(socket);
        socket.off('error', failed);
        resolve(socket);
      });
      timer = setTimeout(tryNext, headStartMs);
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    else if (reachable.length === 0)
      reject(new Error('none of the addresses is of the family that this worker dials from'));
    else tryNext();
  });
}
