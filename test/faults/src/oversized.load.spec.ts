import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { figure, type Pontage, startPontage } from '@pontage/testkit';
import { shownGrowth, watchMemory } from './resident-memory.js';

const megabyte = 1024 * 1024;
const limit = 16 * megabyte;
const gigabyte = 1024 * megabyte;

let upstream: Upstream;
let pontage: Pontage;

beforeAll(async () => {
  upstream = await startUpstream();
  const env = {
    PONTAGE_DEMO: '0',
    PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}`,
    PONTAGE_MAX_BODY_BYTES: String(limit),
  };
  pontage = await startPontage({ env });
  const json = { name: 'large', baseUrl: upstream.url, timeoutMs: 60_000 };
  expect((await pontage.fetch('/api/v1/resources', { method: 'POST', json })).status).toBe(201);
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

/** What became of one upload: its status (0: cut off), and how much of it was taken. */
interface Uploaded {
  readonly status: number;
  readonly taken: number;
}

/** Sends so many zeros, as far as they are taken; `announced` says beforehand how many. */
function upload(path: string, bytes: number, announced: boolean, type = 'application/octet-stream'): Promise<Uploaded> {
  return new Promise((resolve) => {
    const zeros = Buffer.alloc(64 * 1024, '0');
    let left = bytes;
    const request = httpRequest(pontage.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${pontage.adminToken}`,
        'content-type': type,
        ...(announced ? { 'content-length': bytes } : {}),
      },
    });
    const finish = (status: number) => {
      resolve({ status, taken: bytes - left });
      request.destroy();
    };
    request.on('response', (response) => finish(response.statusCode ?? 0)).on('error', () => finish(0));
    const pump = (): void => {
      while (left > 0 && !request.destroyed) {
        const piece = left >= zeros.length ? zeros : zeros.subarray(0, left);
        left -= piece.length;
        if (!request.write(piece)) return void request.once('drain', pump);
      }
      if (left === 0) request.end();
    };
    pump();
  });
}

const sizes = [1024, megabyte, limit, limit + 1, 2 * limit, gigabyte];
const uploads = [
  { path: '/proxy/large/upload', max: limit, type: 'application/octet-stream' },
  { path: '/api/v1/resources/large/query', max: 15 * megabyte, type: 'application/json' },
].flatMap((to) => [true, false].flatMap((announced) => sizes.map((bytes) => ({ ...to, announced, bytes }))));

describe('promise 29: oversized bodies', () => {
  it('are refused or cut at the limit on the way in, in bounded memory', async () => {
    const memory = watchMemory(pontage);
    const told: string[] = [];
    let most = 0;
    for (const { path, max, type, bytes, announced } of uploads) {
      const { status, taken } = await upload(path, bytes, announced, type);
      told.push(`${path.split('/')[1]} ${bytes}${announced ? '' : ' chunked'}: ${status}`);
      // What `/query` takes is no JSON here.
      const fits = path.startsWith('/proxy') ? 200 : 400;
      expect([path, bytes, status]).toEqual([path, bytes, bytes <= max ? fits : 413]);
      if (bytes > max) most = Math.max(most, taken);
    }
    const growth = memory.growth();
    memory.stop();
    figure(
      `promise 29, in: ${told.join('; ')}; of what is too large at most ${Math.round(most / megabyte)} MiB taken; MiB: ${shownGrowth(growth)}`,
    );
    expect(most).toBeLessThan(gigabyte);
    // Beside a body there is what the runtime has not given back yet.
    expect(Math.max(...Object.values(growth)) * megabyte).toBeLessThanOrEqual(2 * limit + 64 * megabyte);
  }, 120_000);

  it('are cut at the limit on the way out, and the upstream with them', async () => {
    // What was too large to come in may still be on its way.
    await upstream.quiet();
    const memory = watchMemory(pontage);
    const closedMs: number[] = [];
    const told: string[] = [];
    const whenCut = async (name: string, ask: () => Promise<string>): Promise<void> => {
      told.push(`${name}: ${await ask()}`);
      const askedAt = performance.now();
      await upstream.quiet();
      closedMs.push(Math.round(performance.now() - askedAt));
    };
    for (let round = 0; round < 3; round += 1) {
      await whenCut('/proxy', async () => {
        const answer = await pontage.fetch('/proxy/large/endless');
        let bytes = 0;
        const broken = await (async () => {
          for await (const piece of answer.body ?? []) bytes += (piece as Uint8Array).length;
        })().then(
          () => 'whole',
          () => 'cut',
        );
        expect([answer.status, broken]).toEqual([200, 'cut']);
        expect(bytes).toBeLessThanOrEqual(limit);
        return `cut after ${bytes} bytes`;
      });
      await whenCut('/query', async () => {
        const answer = await pontage.fetch('/api/v1/resources/large/query', {
          method: 'POST',
          json: { method: 'GET', path: '/endless' },
        });
        const { code } = (await answer.json()) as { code: string };
        expect([answer.status, code]).toEqual([502, 'response-too-large']);
        return code;
      });
    }
    const growth = memory.growth();
    memory.stop();
    figure(
      `promise 29, out: ${[...new Set(told)].join('; ')}; upstream closed after ${closedMs.join(', ')} ms; MiB: ${shownGrowth(growth)}`,
    );
    expect(Math.max(...closedMs)).toBeLessThanOrEqual(1_000);
    expect(Math.max(...Object.values(growth)) * megabyte).toBeLessThanOrEqual(2 * limit + 64 * megabyte);
  }, 120_000);
});
