import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

/**
 * A TLS connection over the socket, with the host's certificate verified for exactly this host (RFC 9110, 4.3.4).
 * @param ca certificate authorities that are trusted, PEM; undefined: those of the system's Node.js.
 * @throws Error of TLS or of the socket.
 */
export function openTls(socket: Socket, host: string, ca: readonly string[] | undefined): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = connect({
      socket,
      host,
      // RFC 6066, 3: an address is no server name; the certificate is checked against `host` then.
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca: [...ca] }),
    });
    const failed = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    secured.once('error', failed).once('secureConnect', () => {
      secured.off('error', failed);
      resolve(secured);
    });
  });
}
