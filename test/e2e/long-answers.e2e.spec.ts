import { once } from 'node:events';
import { readdirSync, renameSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { downloadBlocks, startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { recorded } from './src/recorded.js';

const bytes = 20_000_000;

/** Stands between the workers and a gateway's socket, and counts or cuts. */
class Between {
  passed = 0;
  /** After so many bytes the way breaks, once. */
  breaksAfter = Number.POSITIVE_INFINITY;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(path: string) {
    renameSync(path, `${path}.behind`);
    this.server = createServer((near) => this.join(near, createConnection(`${path}.behind`)));
    this.server.listen(path);
  }

  static async at(path: string): Promise<Between> {
    const between = new Between(path);
    await once(between.server, 'listening');
    return between;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private join(near: Socket, far: Socket): void {
    for (const each of [near, far]) {
      this.sockets.add(each);
      each.on('error', () => undefined);
    }
    near.on('data', (piece) => {
      this.passed += piece.length;
      if (this.passed <= this.breaksAfter) return void far.write(piece);
      this.breaksAfter = Number.POSITIVE_INFINITY;
      near.destroy();
      far.destroy();
    });
  }
}

describe('a long answer, with gateway and worker on one machine', () => {
  let upstream: Upstream;
  let pontage: Pontage;
  let between: Between;

  const folder = () => join(pontage.dataDir, 'bulk');
  const sockets = () => readdirSync(folder()).filter((name) => name.endsWith('.sock'));
  const download = async () => {
    const answer = await pontage.fetch(`/proxy/files/download?bytes=${bytes}`);
    return Buffer.from(await answer.arrayBuffer());
  };

  beforeAll(async () => {
    upstream = await startUpstream();
    pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` } });
    await ask(pontage, 'POST', '/api/v1/resources', { name: 'files', baseUrl: upstream.url, timeoutMs: 60_000 });
    const [name = ''] = sockets();
    between = await Between.at(join(folder(), name));
  }, 90_000);
  afterEach(() => {
    between.passed = 0;
  });
  afterAll(async () => {
    between?.stop();
    await pontage?.stop();
    await upstream?.stop();
  }, 30_000);

  it('is whole, though it begins on the bus and goes on past it', async () => {
    const whole = Buffer.concat([...downloadBlocks(bytes)]);
    expect((await download()).equals(whole)).toBe(true);
    expect((await download()).equals(whole)).toBe(true);
    expect(between.passed).toBeGreaterThan(bytes);
  });

  it('ends soon, and says so, when the way breaks; the next ones are whole', async () => {
    between.breaksAfter = 5_000_000;
    const begun = performance.now();
    await expect(download()).rejects.toThrow();
    expect(performance.now() - begun).toBeLessThan(10_000);
    const lost = await recorded(pontage, 'query.ran', ({ outcome }) => outcome !== 'success');
    expect(lost.map(({ data }) => (data as { problem?: string }).problem)).toEqual(['dispatch-lost']);
    expect((await download()).length).toBe(bytes);
  });

  it('is whole after a gateway was killed and another has come', async () => {
    const before = sockets();
    process.kill(pontage.processOf('gateway').pid, 'SIGKILL');
    let next: string | undefined;
    while (next === undefined) {
      await sleep(50);
      next = sockets().find((name) => !before.includes(name));
    }
    between.stop();
    between = await Between.at(join(folder(), next));
    while ((await download().catch(() => undefined))?.length !== bytes || between.passed === 0) await sleep(50);
  });
});
