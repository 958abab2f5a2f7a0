import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Upstream } from '@pontage/fixtures';
import { figure, type Pontage } from '@pontage/testkit';
import { Effects, type Acted } from './effects.js';
import { PressedUpstream } from './pressed-upstream.js';
import { kill, replaced, resume, stop } from './signal-process.js';

let pressed: PressedUpstream;
let upstream: Upstream;
let pontage: Pontage;
let resource: string;
let effects: Effects;

beforeAll(async () => {
  pressed = await PressedUpstream.start();
  ({ pontage, upstream } = pressed);
  resource = await pressed.resource({ timeoutMs: 20_000, authentication: { method: 'bearer', token: 't0ken' } });
  effects = new Effects(pontage, upstream, resource);
}, 90_000);
afterAll(async () => {
  await pressed?.stop();
}, 30_000);

/** Acts over and over from a few callers until `until` ends. */
async function actWhile(until: Promise<unknown>): Promise<Acted[]> {
  let done = false;
  const acted: Acted[] = [];
  const caller = async (): Promise<void> => {
    while (!done) acted.push(await effects.act());
  };
  const callers = Array.from({ length: 4 }, caller);
  await until.finally(() => (done = true));
  await Promise.all(callers);
  return acted;
}

describe('kill -9 of one process under load', () => {
  it.each([
    'gateway',
    'query-proxy',
    'egress-worker',
    'auth-broker',
    'resource-registry',
    'embed-session',
    'audit-log',
  ])(
    'of %s loses nothing that was acknowledged',
    async (service) => {
      upstream.forget();
      const victim = pontage.processOf(service, service === 'egress-worker' ? 'us-west-2' : undefined);
      const acted = await actWhile(
        (async () => {
          await sleep(300);
          kill(victim);
          await replaced(pontage, victim);
          await sleep(500);
        })(),
      );
      expect((await effects.act()).status).toBe(200);
      const result = await effects.accountsOf(acted);
      const refusals = acted.filter(({ status }) => status !== 200).map(({ code }) => code ?? 'no answer');
      figure(
        `kill -9 ${service}: ${result.acknowledged} acknowledged, ${result.recorded} recorded, ${result.effected} effected; ${refusals.length} refused with ${[...new Set(refusals)].join(', ') || 'nothing'}`,
      );
      expect(result).toMatchObject({ lost: [], invented: [], unrecorded: [], doubled: [] });
      expect(result.acknowledged).toBeGreaterThan(20);
    },
    60_000,
  );
});

describe('a request in flight', () => {
  it('is told within seconds that its worker was killed', async () => {
    const region = 'us-west-2';
    const started = performance.now();
    const asked = pontage.fetch(`/api/v1/resources/${resource}/query`, {
      method: 'POST',
      json: { method: 'POST', path: '/slow-head?ms=15000' },
    });
    await upstream.received(({ target }) => target.startsWith('/slow-head'));
    const worker = pontage.processOf('egress-worker', region);
    kill(worker);
    const response = await asked;
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([502, 'worker-lost']);
    expect(performance.now() - started).toBeLessThan(8_000);
    await replaced(pontage, worker);
  });

  it('is told at once that no worker of the region is there', async () => {
    const name = `eu-${randomUUID().slice(0, 8)}`;
    await pontage.fetch('/api/v1/resources', {
      method: 'POST',
      json: { name, baseUrl: upstream.url, region: 'eu-central-1' },
    });
    const ask = () =>
      pontage.fetch(`/api/v1/resources/${name}/query`, { method: 'POST', json: { method: 'POST', path: '/echo' } });
    expect((await ask()).status).toBe(200);
    const worker = pontage.processOf('egress-worker', 'eu-central-1');
    kill(worker);
    const started = performance.now();
    const response = await ask();
    const { code } = (await response.json()) as { code: string };
    // Between the death and the next dispatch there may be the moment in which the server has not seen the socket close.
    expect(['region-unavailable', 'worker-lost', 'dispatch-lost']).toContain(code);
    expect(performance.now() - started).toBeLessThan(4_000);
    await replaced(pontage, worker);
  });

  it('that a frozen query-proxy has taken is told in seconds', async () => {
    const proxy = pontage.processOf('query-proxy');
    stop(proxy);
    const started = performance.now();
    const response = await pontage.fetch(`/api/v1/resources/${resource}/query`, {
      method: 'POST',
      json: { method: 'POST', path: '/echo' },
    });
    const elapsed = performance.now() - started;
    resume(proxy);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([503, 'dispatch-lost']);
    expect(elapsed).toBeLessThan(4_000);
  });
});
