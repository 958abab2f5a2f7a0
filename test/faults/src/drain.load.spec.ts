import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { figure, type Pontage } from '@pontage/testkit';
import { Effects } from './effects.js';
import { steadily } from './steadily.js';
import { PressedUpstream } from './pressed-upstream.js';
import { endOf, replaced } from './signal-process.js';

const perSecond = 100;
/** At the pace one or two are under way at a time. */
const mostAtOnce = 8;
/** What the promise allows a drain. */
const endedWithinMs = 15_000;

let pressed: PressedUpstream;
let pontage: Pontage;
let resource: string;
let effects: Effects;

beforeAll(async () => {
  pressed = await PressedUpstream.start();
  ({ pontage } = pressed);
  resource = await pressed.resource({ authentication: { method: 'bearer', token: 't0ken' } });
  effects = new Effects(pontage, pressed.upstream, resource);
}, 90_000);
afterAll(async () => {
  await pressed?.stop();
}, 30_000);

describe('SIGTERM of a process under load (promise 27)', () => {
  it.each([
    'gateway',
    'query-proxy',
    'egress-worker',
    'auth-broker',
    'resource-registry',
    'embed-session',
    'audit-log',
  ])(
    'of %s fails nothing: a successor is there before it goes',
    async (service) => {
      const leaving = pontage.processOf(service, service === 'egress-worker' ? 'us-west-2' : undefined);
      const slow = pressed.query(resource, { method: 'POST', path: '/slow-head?ms=2500' });
      const drained = sleep(500).then(async () => {
        process.kill(leaving.pid, 'SIGTERM');
        const tookMs = await endOf(leaving, 2 * endedWithinMs);
        await replaced(pontage, leaving);
        await sleep(500);
        return tookMs;
      });
      const begun = performance.now();
      const acted = await steadily(perSecond, () => effects.act(), drained, mostAtOnce);
      const pace = Math.round((acted.length * 1_000) / (performance.now() - begun));
      const tookMs = await drained;
      const { lost, invented, unrecorded, doubled } = await effects.accountsOf(acted);
      const failed = acted.filter(({ status }) => status !== 200).map(({ status, code }) => code ?? String(status));
      const slowest = Math.round(Math.max(...acted.map(({ ms }) => ms)));
      figure(
        `promise 27, SIGTERM ${service}: ${acted.length} requests at ${pace}/s (asked for: ${perSecond}), ${failed.length} failed${failed.length === 0 ? '' : ` (${[...new Set(failed)].join(', ')})`}, ${doubled.length} double effects, ${lost.length + unrecorded.length} missing in the record, the slowest ${slowest} ms; ended after ${Math.round(tookMs)} ms`,
      );
      expect(failed).toEqual([]);
      expect((await slow).http).toBe(200);
      expect({ lost, invented, unrecorded, doubled }).toEqual({ lost: [], invented: [], unrecorded: [], doubled: [] });
      expect(tookMs).toBeLessThan(endedWithinMs);
    },
    60_000,
  );
});
