import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { DispatchTls } from '@pontage/contracts/egress-worker';

/** Whom TLS trusts, and what it proves us with. */
export interface TlsTrust {
  /** The worker's own choice of certificate authorities, PEM; undefined: those of the system's Node.js. */
  readonly ca: readonly string[] | undefined;
  /** What one resource wants differently. */
  readonly own: DispatchTls | undefined;
}

/**
 * What OpenSSL says of a certificate that nobody known has signed. Its name proves nothing then: anybody can sign any
 * name; but one that has expired, or that a known authority signed for somebody else, is still refused.
 */
const unknownIssuer: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * A TLS connection over the socket, with the host's certificate verified for exactly this host (RFC 9110, 4.3.4). No
 * session is ever resumed: each connection is verified under its own settings.
 * @throws Error of TLS or of the socket.
 */
export function openTls(socket: Socket, host: string, { ca, own }: TlsTrust): Promise<TLSSocket> {
  const trusted = own?.ca === undefined || own.ca === null ? ca : [own.ca];
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const secured = connectOrFail(() =>
      connect({
        socket,
        host,
        // RFC 6066, 3: an address is no server name; the certificate is checked against `host` then.
        servername: isIP(host) === 0 ? host : '',
        ALPNProtocols: ['http/1.1'],
        minVersion: 'TLSv1.2',
        rejectUnauthorized: own?.allowSelfSigned !== true,
        ...(trusted === undefined ? {} : { ca: [...trusted] }),
        ...clientOf(own),
      }),
    );
    if (secured instanceof Error) return failed(secured);
    secured.once('error', failed).once('secureConnect', () => {
      secured.off('error', failed);
      const fault = own?.allowSelfSigned === true ? faultOf(secured) : undefined;
      if (fault === undefined) return resolve(secured);
      secured.destroy();
      failed(fault);
    });
  });
}

const clientOf = (own: DispatchTls | undefined): { cert?: string; key?: string } =>
  own === undefined || own.client === null ? {} : { cert: own.client.certificate, key: own.client.key };

/** What is wrong with the peer besides that nobody known has signed its certificate. */
function faultOf(secured: TLSSocket): Error | undefined {
  if (secured.authorized) return undefined;
  // Node's types say Error; it is the code.
  const code = String(secured.authorizationError);
  return unknownIssuer.has(code) ? undefined : Object.assign(new Error(code), { code });
}

/** A key or certificate that OpenSSL does not take is thrown at once, not emitted. */
function connectOrFail(open: () => TLSSocket): TLSSocket | Error {
  try {
    return open();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
