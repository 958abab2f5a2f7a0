import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** Where a process may connect to. */
export interface Destination {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/** Somebody tried to open a connection that this process may not have: a fault of ours, and the reason for the guard. */
export class OutboundRefused extends Error {
  override readonly name = 'OutboundRefused';
}

/**
 * From here on this process opens sockets to these destinations only, whichever library asks: only egress workers go
 * out. Every other attempt throws {@link OutboundRefused}. Returns how to lift the guard, for tests.
 */
export function guardOutbound(allowed: readonly Destination[]): () => void {
  const destinations = new Set(allowed.map(keyOf));
  const { connect } = net.Socket.prototype;
  const { lookup } = dns;
  const { send, connect: connectDatagrams } = dgram.Socket.prototype;

  net.Socket.prototype.connect = function guarded(this: net.Socket, ...given: unknown[]): net.Socket {
    const target = targetOf(given);
    if (!destinations.has(target)) throw new OutboundRefused(`this process may not connect to ${target}`);
    return Reflect.apply(connect, this, given) as net.Socket;
  };
  const refuseDatagrams = (): never => {
    throw new OutboundRefused('this process may not send datagrams');
  };
  dgram.Socket.prototype.send = refuseDatagrams;
  dgram.Socket.prototype.connect = refuseDatagrams;
  // Some clients resolve an allowed name themselves and then dial what they found.
  dns.lookup = Object.assign((hostname: string, ...rest: unknown[]): void => {
    const ports = allowed.filter(({ host }) => plain(host) === plain(hostname)).map(({ port }) => port);
    const done = rest.at(-1) as LookupCallback;
    const learn: LookupCallback = (error, found, family) => {
      for (const { address } of addressesOf(found))
        for (const port of ports) destinations.add(keyOf({ host: address, port }));
      done(error, found, family);
    };
    Reflect.apply(lookup, dns, [hostname, ...rest.slice(0, -1), ports.length === 0 ? done : learn]);
  }, lookup);
  syncBuiltinESMExports();

  return () => {
    net.Socket.prototype.connect = connect;
    Object.assign(dgram.Socket.prototype, { send, connect: connectDatagrams });
    dns.lookup = lookup;
    syncBuiltinESMExports();
  };
}

/** The destinations that URLs name, such as a list of NATS servers; `defaultPort` where one has no port. */
export function destinationsOf(urls: string, defaultPort: number): Destination[] {
  return urls.split(',').map((url) => {
    const { hostname, port } = new URL(url.includes('://') ? url.trim() : `tcp://${url.trim()}`);
    return { host: plain(hostname), port: port === '' ? defaultPort : Number(port) };
  });
}

type LookupCallback = (error: Error | null, found: unknown, family?: number) => void;

const plain = (host: string): string => host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
const keyOf = ({ host, port }: Destination): string => `${plain(host)}:${port}`;

function addressesOf(found: unknown): { address: string }[] {
  if (typeof found === 'string') return [{ address: found }];
  return Array.isArray(found) ? (found as { address: string }[]) : [];
}

/** What `net.Socket#connect` was asked for, in any of its forms: options, port and host, a path, or node's own list of them. */
function targetOf(given: readonly unknown[]): string {
  const [first, second] = (Array.isArray(given[0]) ? given[0] : given) as unknown[];
  if (typeof first === 'object' && first !== null) {
    const { path, host, port } = first as { path?: string; host?: string; port?: number | string };
    return path === undefined || path === null ? keyOf({ host: host ?? 'localhost', port: Number(port) }) : path;
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return first;
  return keyOf({ host: typeof second === 'string' ? second : 'localhost', port: Number(first) });
}
