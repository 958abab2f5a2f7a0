import { expect, it } from '@jest/globals';
import { KeptAnswer } from './kept-answer.js';

it('a kept answer waits ten seconds for its verdict', () => {
  const kept = new KeptAnswer({ status: 401, headers: [] });
  expect(kept.isOverdue(performance.now() + 9_900)).toBe(false);
  expect(kept.isOverdue(performance.now() + 10_000)).toBe(true);
});
