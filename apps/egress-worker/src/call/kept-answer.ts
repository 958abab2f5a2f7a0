import type { Problem } from '@pontage/problems';
import type { UpstreamHead } from '../answer/answer-sink.js';

/** How long the sender may take for its verdict; then the answer goes on. */
const verdictMs = 10_000;

/** An answer, or a failure in its place, that waits for its sender's verdict, with what has become of it meanwhile. */
export class KeptAnswer {
  ended = false;
  private overdueAt = performance.now() + verdictMs;

  constructor(
    readonly head: UpstreamHead | undefined,
    public problem?: Problem,
  ) {}

  end(): void {
    this.ended = true;
  }

  fail(problem: Problem): void {
    this.problem = problem;
  }

  /** Waits so much longer. */
  hold(ms: number): void {
    this.overdueAt = performance.now() + ms + verdictMs;
  }

  isOverdue(now: number): boolean {
    return now >= this.overdueAt;
  }
}
