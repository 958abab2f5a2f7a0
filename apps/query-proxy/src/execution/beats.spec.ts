import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { Beats } from './beats.js';

it('a query gives its first sign of life after a quarter of a second, the next one a second later, and none when it is over', async () => {
  const beats = new Beats();
  const at: number[] = [];
  const startedAt = performance.now();
  const slow = { name: 'slow', beat: () => void at.push(performance.now() - startedAt) };
  const quick = { name: 'quick', beat: () => expect('a query that was over').toBe('silent') };
  beats.begin(slow);
  beats.begin(quick);
  beats.end(quick);
  while (at.length < 2 && performance.now() - startedAt < 5_000) await sleep(20);
  beats.end(slow);
  expect(at).toHaveLength(2);
  expect(at[0]).toBeGreaterThanOrEqual(249);
  expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(999);
  const heard = at.length;
  await sleep(1_200);
  expect(at).toHaveLength(heard);
});
