import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { figure, startPontage, type Pontage } from '@pontage/testkit';
import { resume, stop } from './signal-process.js';

/** Longer than a gateway waits for a first sign before it asks once more. */
const frozenForMs = 1_400;
const bytes = 20_000_000;
const rounds = 5;

let upstream: Upstream;
let pontage: Pontage;

beforeAll(async () => {
  upstream = await startUpstream();
  const region = 'us-west-2';
  const env = { PONTAGE_DEMO: '0', PONTAGE_REGIONS: region, PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` };
  pontage = await startPontage({ env });
  const json = { name: 'files', baseUrl: upstream.url, region, timeoutMs: 20_000 };
  expect((await pontage.fetch('/api/v1/resources', { method: 'POST', json })).status).toBe(201);
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

it('a worker that is held up with an answer on its way, and is asked for it once more, gives the whole of it', async () => {
  const worker = pontage.processOf('egress-worker');
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    upstream.forget();
    const begun = performance.now();
    const answer = pontage.fetch(`/proxy/files/download?bytes=${bytes}`);
    await upstream.received(() => upstream.requests.length > 0);
    stop(worker);
    await sleep(frozenForMs);
    resume(worker);
    expect((await (await answer).arrayBuffer()).byteLength).toBe(bytes);
    expect(upstream.requests).toHaveLength(2);
    took.push(Math.round(performance.now() - begun));
  }
  figure(
    `SIGSTOP worker: frozen for ${frozenForMs} ms with a head on its way, ${rounds} of ${rounds} answers whole after ${took.join(', ')} ms`,
  );
}, 120_000);
