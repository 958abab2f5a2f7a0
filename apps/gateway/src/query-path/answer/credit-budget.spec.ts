import { describe, expect, it } from '@jest/globals';
import { CreditBudget } from './credit-budget.js';

describe('CreditBudget', () => {
  it('never promises more than the connection takes, over all streams', () => {
    const budget = new CreditBudget(1000, 400);
    expect([
      budget.reserve(100),
      budget.reserve(100),
      budget.reserve(100),
      budget.reserve(100),
      budget.reserve(100),
    ]).toEqual([300, 300, 300, 100, 0]);
    budget.release(300);
    expect(budget.reserve(100)).toBe(300);
  });
});
