import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, portIfFree } from './free-port.js';

const server = createServer();
let taken: number;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  taken = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('freePort', () => {
  it('is none that the system gives to outgoing connections meanwhile', async () => {
    for (let count = 0; count < 20; count += 1) {
      const port = await freePort();
      expect(port).toBeGreaterThanOrEqual(20_000);
      expect(port).toBeLessThan(32_000);
    }
  });
});

describe('portIfFree', () => {
  it('says so of a port that somebody listens on', async () => {
    expect(await portIfFree(taken, '127.0.0.1')).toBeUndefined();
  });
});
