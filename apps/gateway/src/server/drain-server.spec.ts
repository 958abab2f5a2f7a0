import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setImmediate as polled, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { fastify as newFastify } from 'fastify';
import { ServerDrain } from './drain-server.js';

describe('ServerDrain', () => {
  it('answers what is being asked and then closes every connection, also those that ask nothing', async () => {
    const fastify = newFastify({ return503OnClosing: false });
    const drain = new ServerDrain(fastify);
    let release = (): void => undefined;
    const asked = new Promise<void>((begun) => {
      fastify.get(
        '/',
        () =>
          new Promise((resolve) => {
            release = () => resolve('answered');
            begun();
          }),
      );
    });
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const { port } = fastify.server.address() as AddressInfo;
    const silent = connect(port, '127.0.0.1');
    await once(silent, 'connect');
    const answer = fetch(`http://127.0.0.1:${port}/`);
    await asked;
    const started = performance.now();
    const drained = drain.drain(() => fastify.close(), 5_000);
    release();
    const { headers } = await answer;
    expect(headers.get('connection')).toBe('close');
    expect(await (await answer).text()).toBe('answered');
    await drained;
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  it.each([
    ['is idle when it stops to listen', 1, 1_900],
    ['has not asked for anything yet', 0, 2_400],
  ])('does not close a connection that %s under a request that came while it was busy', async (_, asked, atMs) => {
    const fastify = newFastify({ return503OnClosing: false });
    const drain = new ServerDrain(fastify);
    fastify.get('/', () => 'answered');
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const client = connect((fastify.server.address() as AddressInfo).port, '127.0.0.1');
    await once(client, 'connect');
    const ask = () => client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    for (let count = 0; count < asked; count += 1) {
      ask();
      await once(client, 'data');
    }
    const answer = once(client, 'data');
    const drained = drain.drain(() => fastify.close(), 5_000);
    await sleep(atMs);
    // After an immediate come timers, and only then what is there to be read.
    await polled();
    ask();
    for (const begun = performance.now(); performance.now() - begun < 300;);
    expect(String((await answer)[0])).toMatch(/^HTTP\/1\.1 200 /);
    await drained;
  });

  it('waits no longer than it may', async () => {
    const fastify = newFastify();
    const drain = new ServerDrain(fastify);
    const asked = new Promise<void>((begun) => {
      fastify.get('/', () => {
        begun();
        return new Promise(() => undefined);
      });
    });
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const { port } = fastify.server.address() as AddressInfo;
    const answer = fetch(`http://127.0.0.1:${port}/`).catch((error: unknown) => error);
    await asked;
    await drain.drain(() => fastify.close(), 100);
    expect(await answer).toMatchObject({ name: 'TypeError' });
  });
});
