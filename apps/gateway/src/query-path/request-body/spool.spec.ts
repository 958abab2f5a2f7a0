import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Spool, type SpooledBody } from './spool.js';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function readAll(body: SpooledBody, length: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < body.bytes; at += pieces.at(-1)?.length ?? 0) pieces.push(await body.read(at, length));
  return Buffer.concat(pieces);
}

const slugOf = async (act: Promise<unknown>) => act.catch((error: unknown) => (error as { slug: string }).slug);
const mib = 1024 * 1024;

describe('Spool', () => {
  it.each([1, 131_072, 131_073, 1_000_003])('keeps %i bytes and says what they hash to', async (length) => {
    const bytes = randomBytes(length);
    const body = await new Spool().take(inPieces(bytes, 70_001), 2 * mib);
    const hashOf = (name: string) => createHash(name).update(bytes).digest('hex');
    expect(body.hashes).toEqual({ sha256: hashOf('sha256'), 'sha512-256': hashOf('sha512-256'), md5: hashOf('md5') });
    for (const size of [50_000, mib]) expect((await readAll(body, size)).equals(bytes)).toBe(true);
    await body.close();
  });

  it('leaves no name in the file system, not even while it holds a body', async () => {
    const body = await new Spool().take(inPieces(randomBytes(10), 10), mib);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('pontage-body-'))).toEqual([]);
    await body.close();
    await expect(body.read(0, 10)).rejects.toThrow();
  });

  it('refuses a body that is too large, and any body when it is full, and then has room again', async () => {
    const spool = new Spool(3 * mib);
    expect(await slugOf(spool.take(inPieces(Buffer.alloc(2 * mib), 9_999), mib))).toBe('body-too-large');
    const held = await spool.take(inPieces(Buffer.alloc(2 * mib), mib), 2 * mib);
    expect(await slugOf(spool.take(inPieces(Buffer.alloc(2 * mib), mib), 2 * mib))).toBe('overloaded');
    await held.close();
    const next = await spool.take(inPieces(Buffer.alloc(3 * mib), mib), 3 * mib);
    expect(next.bytes).toBe(3 * mib);
    await next.close();
  });

  it('gives the room back when the caller breaks off', async () => {
    const spool = new Spool(2 * mib);
    const broken = async function* () {
      yield Buffer.alloc(2 * mib);
      await Promise.resolve();
      throw new Error('the client broke off');
    };
    await expect(spool.take(broken(), 2 * mib)).rejects.toThrow('broke off');
    await (await spool.take(inPieces(Buffer.alloc(2 * mib), mib), 2 * mib)).close();
  });

  it('gives the room back when the response is over, and for a caller who has gone after the last piece', async () => {
    const spool = new Spool(2 * mib);
    const body = () => inPieces(Buffer.alloc(2 * mib), mib);
    const responses: ServerResponse[] = [];
    const server = createServer((_, response) => void responses.push(response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asked = () => get({ port: (server.address() as AddressInfo).port }).on('error', () => undefined);
    const [answered, left] = [asked(), asked()];
    while (responses.length < 2) await once(server, 'request');
    const [first, second] = responses as [ServerResponse, ServerResponse];

    expect(await spool.takeFor(first, body(), 2 * mib)).toMatchObject({ bytes: 2 * mib });
    expect(await slugOf(spool.take(body(), 2 * mib))).toBe('overloaded');
    first.end();
    await once(answered, 'response');

    left.destroy();
    await once(second, 'close');
    expect(await spool.takeFor(second, body(), 2 * mib)).toBeUndefined();
    await setImmediate();
    await (await spool.take(body(), 2 * mib)).close();
    server.closeAllConnections();
    server.close();
  });
});
