import { createSocket } from 'node:dgram';
import dns from 'node:dns';
import { request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { createServer, Socket, connect, type AddressInfo, type Server } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request as undici } from 'undici';
import { destinationsOf, guardOutbound, OutboundRefused } from './outbound-guard.js';

let allowed: Server;
let other: Server;
let connections = 0;
let lift: () => void;
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const listen = (server: Server): Promise<Server> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));

beforeAll(async () => {
  allowed = await listen(createServer((socket) => socket.end('hello')));
  other = await listen(createServer((socket) => void ((connections += 1), socket.destroy())));
  lift = guardOutbound([{ host: '127.0.0.1', port: portOf(allowed) }]);
});
afterAll(() => {
  lift();
  allowed.close();
  other.close();
});

const hears = (socket: Socket): Promise<string> =>
  new Promise((resolve, reject) => void socket.on('data', (data) => resolve(data.toString())).on('error', reject));

describe('guardOutbound', () => {
  it('lets through what is allowed, in every form', async () => {
    const port = portOf(allowed);
    expect(await hears(connect(port, '127.0.0.1'))).toBe('hello');
    expect(await hears(connect({ port, host: '127.0.0.1' }))).toBe('hello');
    expect(await hears(new Socket().connect(String(port) as never, '127.0.0.1'))).toBe('hello');
  });

  it('throws on every other socket, whichever library opens it', async () => {
    const port = portOf(other);
    const host = '127.0.0.1';
    for (const open of [
      () => connect(port, host),
      () => connect(port),
      () => connect({ port, host }),
      () => connect({ port }),
      () => connect('/tmp/some.sock'),
      () => connect({ path: '/tmp/some.sock' }),
      () => new Socket().connect({ port, host }),
      () => connect(portOf(allowed), '127.0.0.2'),
      () => connectTls({ port, host }),
      () => connectHttp2(`http://${host}:${port}`),
      () => request({ port, host }).end(),
    ]) {
      expect(open).toThrow(OutboundRefused);
    }
    const fetched = await fetch(`http://${host}:${port}/`).catch((error: Error) => String(error.cause));
    expect(fetched).toContain(`may not connect to ${host}:${port}`);
    await expect(undici(`http://${host}:${port}/`)).rejects.toBeInstanceOf(OutboundRefused);
    expect(connections).toBe(0);
  });

  it('throws on datagrams', () => {
    const socket = createSocket('udp4');
    expect(() => socket.send('x', portOf(allowed), '127.0.0.1')).toThrow(OutboundRefused);
    expect(() => socket.connect(portOf(allowed))).toThrow(OutboundRefused);
    socket.close();
  });

  it('lets a client that resolves an allowed name itself dial what it found, on that port only', async () => {
    lift();
    lift = guardOutbound([{ host: 'localhost', port: portOf(allowed) }]);
    expect(() => connect(portOf(allowed), '127.0.0.1')).toThrow(OutboundRefused);
    const address = await new Promise<string>((resolve, reject) =>
      dns.lookup('localhost', { family: 4 }, (error, found) => (error === null ? resolve(found) : reject(error))),
    );
    expect(await hears(connect(portOf(allowed), address))).toBe('hello');
    expect(() => connect(portOf(other), address)).toThrow(OutboundRefused);
  });
});

describe('destinationsOf', () => {
  it('reads lists of URLs, with and without ports', () => {
    expect(destinationsOf('nats://a:4300,nats://[::1], B', 4222)).toEqual([
      { host: 'a', port: 4300 },
      { host: '::1', port: 4222 },
      { host: 'b', port: 4222 },
    ]);
    expect(destinationsOf('postgres://u:p@db.example/x', 5432)).toEqual([{ host: 'db.example', port: 5432 }]);
  });
});
