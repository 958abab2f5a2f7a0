import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { createLogger } from '@pontage/telemetry';
import { Sweep } from './sweep.js';

it('does one round at a time, and is waited for', async () => {
  let [under, most, ended] = [0, 0, 0];
  const sweep = async (): Promise<number> => {
    under += 1;
    most = Math.max(most, under);
    await sleep(50);
    under -= 1;
    ended += 1;
    return 0;
  };
  const work = new Sweep({ everyMs: 5, sweep, done: 'done', failed: 'failed' }, createLogger('spec', 'silent'));
  work.start();
  await sleep(130);
  await work.stop();
  expect([under, most]).toEqual([0, 1]);
  expect(ended).toBeGreaterThanOrEqual(2);
});

it('tells a round that is under way that it ends', async () => {
  let rounds = 0;
  const sweep = async (ending: AbortSignal): Promise<number> => {
    while (!ending.aborted) await sleep(5);
    return (rounds += 1);
  };
  const work = new Sweep({ everyMs: 5, sweep, done: 'done', failed: 'failed' }, createLogger('spec', 'silent'));
  work.start();
  await sleep(30);
  await work.stop();
  expect(rounds).toBe(1);
});
