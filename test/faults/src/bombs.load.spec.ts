import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { figure, type Pontage, startPontage } from '@pontage/testkit';
import { shownGrowth, watchMemory } from './resident-memory.js';

const megabyte = 1024 * 1024;
const bombBytes = 256 * megabyte;
const atOnce = 20;
const codings = ['gzip', 'deflate', 'br', 'gzip/gzip'];

let upstream: Upstream;
let pontage: Pontage;

beforeAll(async () => {
  upstream = await startUpstream();
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` } });
  const json = { name: 'bombs', baseUrl: upstream.url, timeoutMs: 60_000 };
  expect((await pontage.fetch('/api/v1/resources', { method: 'POST', json })).status).toBe(201);
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

const bytesOf = (coding: string): number => (coding === 'gzip/gzip' ? 2 * bombBytes : bombBytes);
const query = async (coding: string) => {
  const answer = await pontage.fetch('/api/v1/resources/bombs/query', {
    method: 'POST',
    json: { method: 'GET', path: `/bomb/${coding}?bytes=${bytesOf(coding)}` },
  });
  return ((await answer.json()) as { code?: string }).code ?? String(answer.status);
};

describe('promise 30: decompression bombs', () => {
  it('are cut at the expanded limit where they are undone, one by one and twenty at once', async () => {
    for (const coding of codings) expect([coding, await query(coding)]).toEqual([coding, 'response-too-large']);
    const memory = watchMemory(pontage);
    const all = await Promise.all(
      Array.from({ length: atOnce }, (_, index) => query(codings[index % codings.length] ?? 'gzip')),
    );
    const growth = memory.growth();
    memory.stop();
    const cut = all.filter((code) => code === 'response-too-large').length;
    figure(`promise 30, undone: ${cut} of ${atOnce} bombs at once cut; MiB: ${shownGrowth(growth)}`);
    expect(all).toEqual(all.map(() => 'response-too-large'));
    expect(Math.max(...Object.values(growth))).toBeLessThanOrEqual(100);
  }, 180_000);

  it('pass untouched through /proxy', async () => {
    const memory = watchMemory(pontage);
    const answer = await pontage.fetch(`/proxy/bombs/bomb/gzip?bytes=${bombBytes}`, {
      headers: { 'accept-encoding': 'gzip' },
    });
    // Whoever reads decides what to undo; this reader would.
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, 'gzip']);
    await answer.body?.cancel();
    const growth = memory.growth();
    memory.stop();
    figure(`promise 30, passed through: MiB: ${shownGrowth(growth)}`);
    expect(Math.max(...Object.values(growth))).toBeLessThanOrEqual(100);
  }, 60_000);

  it('are not undone on the way in: refused where a body is read, passed on as bytes where it is not', async () => {
    const memory = watchMemory(pontage);
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(8 * megabyte)));
    const send = (path: string, type: string) =>
      pontage.fetch(path, {
        method: 'POST',
        body: bomb,
        headers: { 'content-encoding': 'gzip', 'content-type': type },
      });
    const json = 'application/json';
    const refused = await Promise.all(
      ['/api/v1/resources/bombs/query', '/api/v1/resources'].map(async (path) => (await send(path, json)).status),
    );
    expect(refused).toEqual([415, 415]);
    const passed = await send('/proxy/bombs/upload', 'text/plain');
    expect(await passed.json()).toMatchObject({ bytes: bomb.length, complete: true });
    const growth = memory.growth();
    memory.stop();
    figure(`promise 30, in: ${refused.join(', ')}; ${bomb.length} bytes passed on; MiB: ${shownGrowth(growth)}`);
    expect(Math.max(...Object.values(growth))).toBeLessThanOrEqual(100);
  }, 60_000);
});
