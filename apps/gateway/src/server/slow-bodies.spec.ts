import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { endSlowBodies, type BodyPatience } from './slow-bodies.js';

/** A server with this patience: `/read` reads a body to its end, `/leave` reads nothing until it is told to. */
async function serverWith(patience: BodyPatience): Promise<FastifyInstance> {
  const server = fastify();
  server.decorate('publicAddresses', { baseUrl: 'http://test' } as never);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  endSlowBodies(server, patience);
  server.post('/read', async ({ raw }) => {
    let bytes = 0;
    for await (const piece of raw) bytes += (piece as Buffer).length;
    return { bytes };
  });
  server.post('/leave', async ({ raw }) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    raw.resume();
    return 'left';
  });
  server.post('/refuse', (_request, reply) => reply.code(413).send('too much'));
  await server.listen({ port: 0 });
  return server;
}

describe('a body that is slow', () => {
  let server: FastifyInstance | undefined;
  afterEach(() => server?.close());

  const opened = async (patience: BodyPatience, path: string, length: number): Promise<Socket> => {
    server = await serverWith(patience);
    const socket = connect((server.server.address() as AddressInfo).port).on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n`,
    );
    return socket;
  };
  const answerOn = async (socket: Socket): Promise<string> => {
    let text = '';
    socket.on('data', (piece) => (text += String(piece)));
    await once(socket, 'close');
    return text;
  };

  it('is ended when nothing more of it comes, with an answer', async () => {
    const socket = await opened({ idleMs: 300, wholeMs: 60_000 }, '/read', 100);
    socket.write('some');
    expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"request-timed-out"/);
  });

  it('is ended when it drips for longer than a query may take', async () => {
    const socket = await opened({ idleMs: 60_000, wholeMs: 900 }, '/read', 100_000);
    const dripping = setInterval(() => socket.write('.'), 50);
    expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(dripping);
  });

  it('is not meant when it is we who do not read on', async () => {
    const length = 4 * 1024 * 1024;
    const socket = await opened({ idleMs: 300, wholeMs: 60_000 }, '/leave', length);
    socket.end(Buffer.alloc(length));
    expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 200 [\s\S]*left$/);
  });

  it('is not read on for long when the answer has been given', async () => {
    const socket = await opened({ idleMs: 60_000, wholeMs: 60_000 }, '/refuse', 1_000_000);
    const more = setInterval(() => socket.write('more'), 50);
    expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 413 [\s\S]*too much$/);
    clearInterval(more);
  });

  it('is left alone while it comes on', async () => {
    const socket = await opened({ idleMs: 2_000, wholeMs: 60_000 }, '/read', 20);
    for (let left = 20; left > 0; left -= 1) {
      socket.write('.');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    socket.end();
    expect(await answerOn(socket)).toContain('{"bytes":20}');
  });
});
