// The only place where this product opens a connection to the outside. Resolve all addresses, admit all of them or
// none, dial one of exactly these; also for literal addresses, which a `lookup` of the HTTP client would never see.

import type { Socket } from 'node:net';
import { admit, destinationOf, type Destination, type EgressPolicy } from '@pontage/egress-policy';
import type { DispatchTls } from '@pontage/contracts/egress-worker';
import { isProblem, upstreamTimedOut, upstreamUnreachable } from '@pontage/problems';
import { connectFirst } from './connect-first.js';
import { openTls } from './open-tls.js';
import type { ResolveHost } from './resolve-host.js';
import { within, type Stage } from './stage.js';
import { tlsProblem } from './tls-problem.js';

/** Where may be dialled, and how. */
export interface DialOptions {
  readonly policy: EgressPolicy;
  readonly resolve: ResolveHost;
  /** The local address that connections leave from. */
  readonly localAddress?: string | undefined;
  /** Trusted certificate authorities, PEM, instead of Node's. */
  readonly ca?: readonly string[] | undefined;
  /** How long resolving, connecting and TLS may take together, whatever time the request has left. */
  readonly connectMs?: number;
}

const defaultConnectMs = 10_000;

/** Opens connections to where the policy lets it. */
export class Dialer {
  constructor(private readonly options: DialOptions) {}

  /**
   * A connection to the origin, ready for HTTP/1.1; `tls` is what one resource wants differently.
   * @throws Problem `destination-denied`, `upstream-unreachable`, `upstream-tls-failed` or `upstream-timed-out`; the
   * signal's reason when it is aborted.
   */
  async dial(
    origin: string,
    tls: DispatchTls | undefined,
    onStage: (stage: Stage) => void,
    signal: AbortSignal,
  ): Promise<Socket> {
    const { policy, localAddress, ca, connectMs = defaultConnectMs } = this.options;
    const endsAt = performance.now() + connectMs;
    const left = (): number => Math.max(1, endsAt - performance.now());
    const destination = destinationOf(origin);
    onStage('resolve');
    const addresses = admit(policy, destination, await this.resolve(destination, signal, left()));
    onStage('connect');
    const own = new AbortController();
    const connecting = connectFirst({
      addresses,
      port: destination.port,
      localAddress,
      signal: AbortSignal.any([signal, own.signal]),
    });
    const socket = await within('connect', left(), signal, connecting).catch((cause: unknown) => {
      own.abort(cause);
      throw problemOf(cause, signal, unreachable);
    });
    if (destination.scheme === 'http:') return socket;
    onStage('tls');
    return within('tls', left(), signal, openTls(socket, destination.host, { ca, own: tls })).catch(
      (cause: unknown) => {
        socket.destroy();
        throw problemOf(cause, signal, untrusted);
      },
    );
  }

  private async resolve({ host, addresses }: Destination, signal: AbortSignal, ms: number): Promise<readonly string[]> {
    if (addresses !== undefined) return addresses;
    try {
      const found = await within('resolve', ms, signal, this.options.resolve(host));
      if (found.length > 0) return found;
    } catch (cause) {
      throw problemOf(cause, signal, unresolved);
    }
    throw unresolved(undefined);
  }
}

/** Timeouts and aborts are what they are; everything else is the stage's own failure. */
function problemOf(cause: unknown, signal: AbortSignal, failure: (cause: unknown) => Error): Error {
  return isProblem(cause) || (signal.aborted && cause === signal.reason) ? (cause as Error) : failure(cause);
}

const codeOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';

const unresolved = (cause: unknown): Error =>
  codeOf(cause) === 'ETIMEOUT'
    ? upstreamTimedOut({ stage: 'resolve' }, { cause })
    : upstreamUnreachable({ stage: 'resolve' }, { detail: 'The host name has no address.', cause });

function unreachable(cause: unknown): Error {
  const code = codeOf(cause);
  if (code === 'ETIMEDOUT') return upstreamTimedOut({ stage: 'connect' }, { cause });
  const detail = code === 'ECONNREFUSED' ? 'The connection was refused.' : 'No connection came about.';
  return upstreamUnreachable({ stage: 'connect' }, { detail, cause });
}

const untrusted = (cause: unknown): Error => tlsProblem(codeOf(cause), cause);
