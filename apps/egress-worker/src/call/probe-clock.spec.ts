import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { Probe, Probed } from '@pontage/contracts/egress-worker';
import { ProbeClock } from './probe-clock.js';

const known: Probed = {
  region: 'eu-central-1',
  credential: null,
  acceptsAnyIssuer: false,
  times: [{ stage: 'authenticate', ms: 7 }],
  at: 'connect',
  refusal: null,
};
const probe: Probe = { known, refusals: {} };

it('takes each stage once, from its beginning to the next one, and stops with the head', async () => {
  const clock = new ProbeClock(probe);
  for (const stage of ['resolve', 'connect', 'request', 'head'] as const) {
    clock.enter(stage);
    await sleep(20);
  }
  clock.enter('body');
  await sleep(60);
  const { times, at, region, refusal } = clock.read('It is locked.');
  expect([at, region, refusal]).toEqual(['request', 'eu-central-1', 'It is locked.']);
  expect(times.map(({ stage }) => stage)).toEqual(['authenticate', 'resolve', 'connect', 'request']);
  const [, resolve, connect, request] = times.map(({ ms }) => ms);
  expect(resolve).toBeGreaterThanOrEqual(15);
  expect(connect).toBeGreaterThanOrEqual(15);
  // Sending and waiting are one stage, and the body is none.
  expect(request).toBeGreaterThanOrEqual(35);
  expect(clock.read(null).times.at(-1)?.ms).toBe(request);
});

it('knows no more than it was told when nothing was begun', () => {
  expect(new ProbeClock(probe).read(null)).toEqual(known);
});
