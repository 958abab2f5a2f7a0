import { setTimeout as sleep } from 'node:timers/promises';
import { refusesCredential } from '@pontage/auth-methods';
import type { KeptAnswer } from '@pontage/contracts/egress-worker';
import { credentialRejected, isProblem } from '@pontage/problems';
import type { QueryPressure } from '../pressure/pressure.js';
import { maxRetries, type Attempt } from './attempt.js';
import type { Attempts } from './attempts.js';
import type { Lending } from './lending.js';

/** Finds what follows an answer that was kept. */
export class Succession {
  private isOver = false;
  private waiting: AbortController | undefined;

  constructor(
    private readonly attempts: Attempts,
    private readonly lending: Lending,
    /** Undefined: nothing is repeated. */
    private readonly pressure: QueryPressure | undefined,
  ) {}

  /**
   * The attempt that follows; undefined when the answer is the caller's to see.
   * @param remainingMs for all that is still to be done
   * @param hold is told how long that takes before it is waited for
   * @throws Problem that the caller gets in the place of the answer
   */
  async after(
    attempt: Attempt,
    kept: KeptAnswer,
    remainingMs: number,
    hold: (ms: number) => void,
  ): Promise<Attempt | undefined> {
    const { status, headers } = kept;
    const next = status === null ? undefined : await this.answering(attempt, { status, headers });
    if (next !== undefined) return next;
    const delayMs = this.pressure?.repeatIn(kept, attempt.repeats, remainingMs);
    if (delayMs === undefined) return undefined;
    hold(delayMs);
    this.waiting = new AbortController();
    await sleep(delayMs, undefined, { signal: this.waiting.signal }).catch(() => undefined);
    return this.isOver ? undefined : this.attempts.repeated(attempt);
  }

  /** The query has ended: nothing follows any more. */
  end(): void {
    this.isOver = true;
    this.waiting?.abort();
  }

  /** True once the query has ended. */
  get hasEnded(): boolean {
    return this.isOver;
  }

  private async answering(
    attempt: Attempt,
    answer: { readonly status: number; readonly headers: KeptAnswer['headers'] },
  ): Promise<Attempt | undefined> {
    const { attempts } = this;
    const next = attempts.redirected(attempt, answer) ?? this.answered(attempt, answer);
    const { leaseKey } = attempt;
    if (next !== undefined || leaseKey === undefined) return next;
    const newer = await this.lending.renewed(leaseKey, attempt, answer.status);
    return newer === undefined ? this.switched(attempt, answer.status) : attempts.renewed(attempt, newer);
  }

  /** The answer to a challenge. That it was refused counts only when there is no other credential to answer with. */
  private answered(attempt: Attempt, answer: Parameters<Attempts['answered']>[1]): Attempt | undefined {
    try {
      return this.attempts.answered(attempt, answer);
    } catch (error) {
      if (attempt.standing?.other === undefined || !isProblem(error, credentialRejected)) throw error;
      return undefined;
    }
  }

  /** While a credential is being rotated, some of the upstream's servers may know one of the two only. */
  private async switched(attempt: Attempt, status: number): Promise<Attempt | undefined> {
    const { ready, standing, retries } = attempt;
    if (standing?.other === undefined || ready === undefined || retries === maxRetries) return undefined;
    if (!refusesCredential(ready.method, status)) return undefined;
    const lease = await this.lending.other(standing.other);
    return lease === undefined ? undefined : this.attempts.switched(attempt, standing.other, lease);
  }
}
