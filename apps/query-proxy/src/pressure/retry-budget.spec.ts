import { describe, expect, it } from '@jest/globals';
import { RetryBudget } from './retry-budget.js';

const retriesIn = (budget: RetryBudget, wanted: number, at: number): number =>
  Array.from({ length: wanted }, () => budget.withdraw(at)).filter(Boolean).length;

describe('the retry budget', () => {
  it('leaves a few retries to a resource that is seldom asked', () => {
    const budget = new RetryBudget();
    budget.deposit(0);
    expect(retriesIn(budget, 100, 1)).toBeGreaterThanOrEqual(10);
    expect(retriesIn(budget, 100, 1)).toBe(0);
  });

  it('is a fifth of the recent queries besides', () => {
    const budget = new RetryBudget();
    for (let query = 0; query < 1_000; query += 1) budget.deposit(query);
    expect(retriesIn(budget, 1_000, 1_000)).toBe(210);
  });

  it('forgets queries and retries of long ago', () => {
    const budget = new RetryBudget();
    for (let query = 0; query < 1_000; query += 1) budget.deposit(0);
    retriesIn(budget, 1_000, 1);
    expect(retriesIn(budget, 100, 60_000)).toBe(10);
  });
});
