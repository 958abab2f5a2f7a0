import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { figure, type Pontage } from '@pontage/testkit';
import type { Effects } from './effects.js';
import { steadily } from './steadily.js';
import { PressedUpstream } from './pressed-upstream.js';
import { postgresOf } from './postgres.js';
import { resume, stop } from './signal-process.js';

/** How long the control plane is down; a longer run is asked for by the environment. */
const downForMs = Number(process.env.PONTAGE_TEST_DOWN_MS ?? 15_000);
const perSecond = 40;

let pressed: PressedUpstream;
let pontage: Pontage;
let effects: Effects;
let stopped: readonly { pid: number }[] = [];

beforeAll(async () => {
  pressed = await PressedUpstream.start();
  ({ pontage } = pressed);
  effects = await pressed.effects({ authentication: { method: 'bearer', token: 't0ken' } });
}, 90_000);
afterAll(async () => {
  for (const process of stopped) resume(process);
  await pressed?.stop();
}, 30_000);

it('queries outlive the control plane: database, registry and broker hang, and the record catches up', async () => {
  expect((await effects.act()).status).toBe(200);
  stopped = [...postgresOf(pontage), pontage.processOf('resource-registry'), pontage.processOf('auth-broker')];
  for (const process of stopped) stop(process);

  const mint = pontage.fetch('/api/v1/tokens', {
    method: 'POST',
    json: { name: 'while it hangs', scopes: ['queries:run'] },
    signal: AbortSignal.timeout(20_000),
  });
  const begun = performance.now();
  const minted = mint.then(({ status }) => ({ status, ms: performance.now() - begun }));
  const acted = await steadily(perSecond, () => effects.act(), sleep(downForMs));
  for (const process of stopped) resume(process);
  stopped = [];

  const { status, ms } = await minted;
  const { lost, invented, unrecorded, doubled, recorded } = await effects.accountsOf(acted);
  const failed = acted.filter((each) => each.status !== 200);
  figure(
    `control plane down for ${downForMs / 1_000} s: ${acted.length} queries at ${perSecond}/s, ${failed.length} failed; a change was answered ${status} after ${Math.round(ms)} ms; ${recorded} recorded afterwards, ${lost.length + unrecorded.length} missing`,
  );
  expect(failed).toEqual([]);
  expect(status).toBe(503);
  expect(ms).toBeLessThan(5_000);
  expect({ lost, invented, unrecorded, doubled }).toEqual({ lost: [], invented: [], unrecorded: [], doubled: [] });
}, 120_000);
