import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { figure, type Pontage, startPontage } from '@pontage/testkit';
import { flood, measured, shown, startQuickUpstream, type QuickUpstream } from './load.js';
import { shownGrowth, watchMemory } from './resident-memory.js';
import { addResource, makeTenant, type Tenant } from './tenant.js';

const seconds = Number(process.env.PONTAGE_TEST_FLOOD_SECONDS ?? 10);
/** As many callers at once as keep two cores busy, and ten times as many. */
const busy = 40;
const connections = 10 * busy;
const perSecond = 30;
/**
 * The flood, the upstreams and all of Pontage share two cores with whatever else runs there, and each hop of a query waits for a
 * core: what an overload does is told beside the same organisation asking as much as the machine can do. Below this a p99 tells
 * of the machine alone.
 */
const floorMs = 500;
const slowMs = 30_000;

let pontage: Pontage;
let theirs: QuickUpstream;
let ours: QuickUpstream;
let slow: QuickUpstream;
let greedy: Tenant;
let greedyAndSlow: Tenant;
let modest: Tenant;

beforeAll(async () => {
  [theirs, ours, slow] = await Promise.all([startQuickUpstream(), startQuickUpstream(), startQuickUpstream(slowMs)]);
  const allow = [theirs, ours, slow].map(({ port }) => `127.0.0.1:${port}`).join(',');
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: allow } });
  greedy = await makeTenant(pontage, theirs.url);
  greedyAndSlow = await addResource(pontage, greedy.token, slow.url, { timeoutMs: 60_000 });
  modest = await makeTenant(pontage, ours.url);
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await Promise.all([theirs, ours, slow].map((upstream) => upstream?.[Symbol.asyncDispose]()));
}, 30_000);

const ask = () => modest.query('/');
const measure = (ms: number) => measured(perSecond, ask, sleep(ms));
const flooding = (callers: number, forSeconds: number) =>
  flood({
    url: pontage.url,
    path: `/api/v1/resources/${greedy.resource}/query`,
    token: greedy.token,
    connections: callers,
    seconds: forSeconds,
  });

describe('promise 28: the flood of one organisation', () => {
  it(
    'is bounded, is told when to come back, and leaves the others their time',
    async () => {
      // Code that has hardly run is many times slower.
      await Promise.all([flooding(32, 5), measure(5_000)]);
      const before = await measure(5_000);
      const full = flooding(busy, 5);
      const atFull = await measured(perSecond, ask, full);
      await full;
      const memory = watchMemory(pontage);
      const leaving = new AbortController();
      const waiting = Array.from({ length: 150 }, () => greedyAndSlow.query('/slow', leaving.signal));
      const answers = flooding(connections, seconds);
      const during = await measured(perSecond, ask, answers);
      const { statuses, bareRefusals, servedP50Ms } = await answers;
      const endedAt = performance.now();
      const limitMs = Math.max(2 * atFull.p99Ms, floorMs);
      let recovery = await measure(500);
      while (recovery.p99Ms > limitMs && performance.now() - endedAt < 15_000) recovery = await measure(500);
      const recoveredMs = Math.round(performance.now() - endedAt);
      const after = await measure(5_000);
      leaving.abort();
      await Promise.all(waiting);
      const growth = memory.growth();
      memory.stop();
      figure(
        [
          `promise 28: flood of ${connections} callers for ${seconds} s and ${waiting.length} queries of ${slowMs / 1_000} s: ${JSON.stringify(statuses)}, ${bareRefusals} refusals without Retry-After; served p50 ${servedP50Ms.toFixed(0)} ms`,
          `the other organisation, ${perSecond}/s, before: ${shown(before)}; beside ${busy} callers: ${shown(atFull)}; during: ${shown(during)}; after: ${shown(after)}`,
          `p99 × ${(during.p99Ms / atFull.p99Ms).toFixed(1)} of that beside ${busy} callers (asserted: at most × 2 or ${floorMs} ms), × ${(during.p99Ms / before.p99Ms).toFixed(1)} of that at rest; recovered in ${recoveredMs} ms; MiB: ${shownGrowth(growth)}`,
        ].join('\n'),
      );
      expect(Object.keys(statuses).filter((status) => !['200', '429', '503'].includes(status))).toEqual([]);
      expect(statuses['200']).toBeGreaterThan(100);
      expect(bareRefusals).toBe(0);
      expect([before, atFull, during, after].map(({ failures }) => failures)).toEqual([{}, {}, {}, {}]);
      expect(during.p99Ms).toBeLessThanOrEqual(limitMs);
      expect(during.p50Ms).toBeLessThan(servedP50Ms);
      expect(recoveredMs).toBeLessThanOrEqual(10_000);
      expect(Math.max(...Object.values(growth))).toBeLessThan(256);
    },
    (seconds + 90) * 1_000,
  );
});
