import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { figure, startPontage, type Pontage } from '@pontage/testkit';
import { startQuickUpstream, type QuickUpstream } from './load.js';
import { resume, stop } from './signal-process.js';
import { makeTenant, type Tenant } from './tenant.js';

/** What is answered while the gateway is frozen, for longer than it takes silence for a loss. */
const [answeredAfterMs, frozenForMs] = [1_500, 3_600];

let upstream: QuickUpstream;
let pontage: Pontage;
let tenant: Tenant;

beforeAll(async () => {
  upstream = await startQuickUpstream(answeredAfterMs);
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` } });
  tenant = await makeTenant(pontage, upstream.url);
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.[Symbol.asyncDispose]();
}, 30_000);

it('a gateway that was held up reads what has come meanwhile, and takes nobody’s silence for a loss', async () => {
  await tenant.query('/');
  const json = { method: 'POST', path: '/slow' };
  const path = `/api/v1/resources/${tenant.resource}/query`;
  const asked = Array.from({ length: 20 }, async () => {
    const answer = await pontage.fetch(path, { method: 'POST', token: tenant.token, json });
    const { code, status } = (await answer.json()) as { code?: string; status?: number };
    return code ?? String(status);
  });
  await sleep(600);
  const gateway = pontage.processOf('gateway');
  stop(gateway);
  await sleep(frozenForMs);
  resume(gateway);
  const endings = await Promise.all(asked);
  const answered = endings.filter((ending) => ending === '200').length;
  figure(
    `SIGSTOP gateway: frozen for ${frozenForMs} ms, ${answered} of ${endings.length} queries in hand are answered`,
  );
  expect(endings).toEqual(asked.map(() => '200'));
}, 60_000);
