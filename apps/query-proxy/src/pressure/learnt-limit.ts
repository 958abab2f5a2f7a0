import type { ToldLimit } from '@pontage/contracts/egress-worker';
import { rateLimited } from '@pontage/problems';

/** Whatever an upstream says: nobody is kept from asking again for longer. */
const longestMs = 5 * 60_000;
/** Times are told in whole seconds, so two of them may mean the same moment. */
const sameMs = 1_500;

/** What an upstream has said of how much it takes of one credential. Times are of this process's own monotonic clock. */
export class LearntLimit {
  private remaining = Infinity;
  private resetAt = 0;

  /** Lets a query begin that the upstream will take, as far as it has said. @throws rateLimited */
  admit(at: number): void {
    if (at >= this.resetAt) return;
    if (this.remaining < 1) {
      const detail = 'The upstream has said that it takes no more requests for now. Nothing was sent.';
      throw rateLimited({}, { detail, retryAfterSeconds: Math.max(1, Math.ceil((this.resetAt - at) / 1_000)) });
    }
    this.remaining -= 1;
  }

  /** Takes in what an answer told. */
  learn({ remaining, resetMs }: ToldLimit, at: number): void {
    const resetAt = at + Math.min(resetMs, longestMs);
    // What has begun since is not in the count of the upstream yet.
    const isSame = at < this.resetAt && Math.abs(resetAt - this.resetAt) <= sameMs;
    this.remaining = isSame ? Math.min(this.remaining, remaining) : remaining;
    this.resetAt = isSame ? Math.max(this.resetAt, resetAt) : resetAt;
  }
}
