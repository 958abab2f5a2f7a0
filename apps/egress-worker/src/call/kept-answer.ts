import type { Problem } from '@pontage/problems';
import type { UpstreamHead } from '../answer/answer-sink.js';

/** How long the sender may take for its verdict; then the answer goes on. */
const verdictMs = 10_000;

/** An answer that waits for its sender's verdict, with what has become of it meanwhile. */
export class KeptAnswer {
  ended = false;
  problem: Problem | undefined;
  private readonly since = performance.now();

  constructor(readonly head: UpstreamHead) {}

  end(): void {
    this.ended = true;
  }

  fail(problem: Problem): void {
    this.problem = problem;
  }

  isOverdue(now: number): boolean {
    return now - this.since >= verdictMs;
  }
}
