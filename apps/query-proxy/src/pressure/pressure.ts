import { LRUCache } from 'lru-cache';
import type { KeptAnswer, Receipt } from '@pontage/contracts/egress-worker';
import type { Attempt } from '../execution/attempt.js';
import type { Breaker } from './breaker.js';
import type { Breakers, Guarded } from './breakers.js';
import { LearntLimit } from './learnt-limit.js';
import { delayBefore, isPassing } from './retry-rule.js';
import { RetryBudget } from './retry-budget.js';
import { hasFailed } from './upstream-health.js';

/** A query, as far as it presses on the same upstream as others. */
export interface Pressing extends Guarded {
  /** Which credential the upstream counts its requests by; whoever has none is counted by the region. */
  readonly credential: string;
  /** Whether what answers tell is kept to. */
  readonly learns: boolean;
  readonly hasItsTime: boolean;
}

/** Upstreams whose recent past is known; the one that was asked longest ago is forgotten first. */
const maxKnown = 10_000;

/** What the queries of each resource have met lately, and what the next ones may do because of it. */
export class Pressure {
  private readonly budgets = new LRUCache<string, RetryBudget>({ max: maxKnown });
  private readonly limits = new LRUCache<string, LearntLimit>({ max: maxKnown });

  constructor(private readonly breakers: Breakers) {}

  /** For a query that begins now. */
  on(pressing: Pressing): QueryPressure {
    const upstream = `${pressing.resource}/${pressing.environment ?? ''}`;
    const budget = known(this.budgets, upstream, () => new RetryBudget());
    if (!pressing.learns) return new QueryPressure(budget, undefined, pressing.hasItsTime);
    const credential = `${upstream}/${pressing.credential}`;
    const limit = known(this.limits, credential, () => new LearntLimit());
    return new QueryPressure(budget, { limit, breaker: this.breakers.of(pressing) }, pressing.hasItsTime);
  }
}

function known<V extends object>(all: LRUCache<string, V>, name: string, make: () => V): V {
  const there = all.get(name);
  if (there !== undefined) return there;
  const made = make();
  all.set(name, made);
  return made;
}

/** What one query may do, and what others learn from it. */
export class QueryPressure {
  constructor(
    private readonly budget: RetryBudget,
    private readonly learnt: { readonly limit: LearntLimit; readonly breaker: Breaker } | undefined,
    private readonly hasItsTime: boolean,
  ) {}

  /** Lets the query out. @throws rateLimited, circuitOpen */
  admit(): void {
    const at = performance.now();
    this.learnt?.limit.admit(at);
    this.learnt?.breaker.admit(at);
    this.budget.deposit(at);
  }

  /** Takes in how an attempt has ended. */
  note(receipt: Receipt): void {
    if (this.learnt === undefined) return;
    const at = performance.now();
    if (receipt.limit !== undefined) this.learnt.limit.learn(receipt.limit, at);
    const failed = hasFailed(receipt, this.hasItsTime);
    if (failed !== undefined) this.learnt.breaker.note(failed, at);
  }

  /** How long to wait before the attempt is repeated; undefined: the answer is the caller's. */
  repeatIn(kept: KeptAnswer, { left, made }: Attempt['repeats'], remainingMs: number): number | undefined {
    if (left === 0 || !isPassing(kept)) return undefined;
    // Whatever has opened it, this attempt would not help.
    if (this.learnt !== undefined && this.learnt.breaker.state !== 'closed') return undefined;
    const delayMs = delayBefore(kept, made, remainingMs);
    return delayMs !== undefined && this.budget.withdraw(performance.now()) ? delayMs : undefined;
  }
}
