import { LRUCache } from 'lru-cache';
import type { KeptAnswer } from '@pontage/contracts/egress-worker';
import type { Attempt } from '../execution/attempt.js';
import { delayBefore, isPassing } from './retry-rule.js';
import { RetryBudget } from './retry-budget.js';

/** A query, as far as others press on the same upstream. */
export interface Pressing {
  /** What is counted together: a resource, or an environment of it that is apart. */
  readonly id: string;
}

/** Upstreams whose recent past is known; the one that was asked longest ago is forgotten first. */
const maxKnown = 10_000;

/** What the queries of each resource have met lately, and what the next ones may do because of it. */
export class Pressure {
  private readonly budgets = new LRUCache<string, RetryBudget>({ max: maxKnown });

  /** For a query that begins now. */
  on({ id }: Pressing): QueryPressure {
    const budget = this.budgets.get(id) ?? new RetryBudget();
    this.budgets.set(id, budget);
    return new QueryPressure(budget);
  }
}

/** What one query may do, and what others learn from it. */
export class QueryPressure {
  constructor(private readonly budget: RetryBudget) {
    budget.deposit(performance.now());
  }

  /** How long to wait before the attempt is repeated; undefined: the answer is the caller's. */
  repeatIn(kept: KeptAnswer, { left, made }: Attempt['repeats'], remainingMs: number): number | undefined {
    if (left === 0 || !isPassing(kept)) return undefined;
    const delayMs = delayBefore(kept, made, remainingMs);
    return delayMs !== undefined && this.budget.withdraw(performance.now()) ? delayMs : undefined;
  }
}
