import type { DispatchTls } from '@pontage/contracts/egress-worker';
import { Client, type Dispatcher } from 'undici';
import type { Dialer } from './dialer.js';
import type { Stage } from './stage.js';

/** Where a connection leads, and how. */
export interface ConnectionParts {
  readonly origin: string;
  readonly tls: DispatchTls | undefined;
  readonly dialer: Dialer;
  /** How long an upstream may be silent in the middle of a body that is being read. */
  readonly bodyIdleMs: number;
}

/** The most bytes of an answer's head. */
const maxHeadBytes = 64 * 1024;

/** One connection to an origin for one organisation, with one request on it at a time. */
export class Connection {
  private readonly client: Client;
  private readonly closing = new AbortController();
  private onStage: (stage: Stage) => void = () => undefined;
  /** It has carried a request before: the other side may have closed it meanwhile. */
  reused = false;

  /**
   * What TLS said when the connection broke: with TLS 1.3 the upstream looks at our certificate when the handshake is
   * over for us, and of its refusal undici tells only that the other side has closed.
   */
  tlsError: Error | undefined;

  /** @param onClosed called when the connection is lost while no request is on it. */
  constructor(
    readonly key: string,
    { origin, tls, dialer, bodyIdleMs }: ConnectionParts,
    onClosed: (connection: Connection) => void,
  ) {
    this.client = new Client(origin, {
      pipelining: 1,
      maxHeaderSize: maxHeadBytes,
      // The call has a clock of its own for everything but the silence between two pieces of a body.
      headersTimeout: 0,
      bodyTimeout: bodyIdleMs,
      connect: (_, callback) => {
        dialer
          .dial(origin, tls, (stage) => this.onStage(stage), this.closing.signal)
          .then(
            (socket) => {
              socket.on('error', (error) => this.noteTlsError(error));
              callback(null, socket);
            },
            (error: Error) => callback(error, null),
          );
      },
    });
    this.client.on('disconnect', () => onClosed(this));
  }

  /** Sends a request; what becomes of it is told to the handler. */
  send(
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
    onStage: (stage: Stage) => void,
  ): void {
    this.onStage = onStage;
    this.client.dispatch(request, handler);
  }

  private noteTlsError(error: Error): void {
    if ('code' in error && String(error.code).startsWith('ERR_SSL_')) this.tlsError = error;
  }

  /** Ends the connection; a request that is on it fails with the reason. */
  destroy(reason: Error): void {
    this.closing.abort(reason);
    this.client.destroy(reason, () => undefined);
  }
}
