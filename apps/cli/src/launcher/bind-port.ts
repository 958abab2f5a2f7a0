import { lookup } from 'node:dns/promises';
import * as net from 'node:net';

/** A port that is bound, with nobody who listens on it yet. */
export interface BoundPort {
  /** Of a name with several addresses one, IPv4 first. */
  readonly address: string;
  /** As `ChildProcess.send` takes it; whoever gets it may listen on it. */
  readonly handle: net.Server;
}

/** As Node has it, without a word in its documentation; the error's number when it fails. */
interface NetOfCluster {
  _createServerHandle(address: string, port: number, family: 4 | 6): net.Server | number;
}

/**
 * Binds a port for gateways: each that is handed it listens on it, also two at once while one follows the other, and
 * none of them has to be there for connections to wait. That is how `node:cluster` shares a port, whose workers would
 * inherit our whole environment, secrets and all.
 * @throws Error when the port is not to be had
 */
export async function bindPort(port: number, host: string): Promise<BoundPort> {
  const { address, family } = await lookup(host, { verbatim: false });
  const handle = (net as unknown as NetOfCluster)._createServerHandle(address, port, family === 6 ? 6 : 4);
  if (typeof handle === 'number') throw new Error(`cannot bind ${host}:${port} (${handle})`);
  return { address, handle };
}
