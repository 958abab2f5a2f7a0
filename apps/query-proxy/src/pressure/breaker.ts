import { circuitOpen } from '@pontage/problems';
import { RecentCount } from './recent-count.js';

/** Closed: queries go out. Open: none does. Half-open: one does, to see. */
export type BreakerState = 'closed' | 'open' | 'half-open';

const windowMs = 10_000;
/** Fewer in a window say nothing, and do no harm to an upstream either. */
const fewest = 10;
const share = 0.5;
const firstOpenMs = 5_000;
const longestOpenMs = 60_000;
/** One that was let through and has said nothing for so long will say nothing more. */
const trialMs = 10_000;

/**
 * Keeps queries from an upstream, as one region sees it, while most of them would fail: their callers hear of it at once,
 * and the upstream is left to recover. Times are of this process's own monotonic clock.
 */
export class Breaker {
  private readonly recent = new RecentCount(windowMs);
  private current: BreakerState = 'closed';
  private until = 0;
  private openMs = firstOpenMs;

  /** @param onChange is told of each new state */
  constructor(private readonly onChange: (state: BreakerState) => void) {}

  get state(): BreakerState {
    return this.current;
  }

  /** Lets a query out. @throws circuitOpen */
  admit(at: number): void {
    if (this.current === 'closed') return;
    if (at < this.until)
      throw circuitOpen({}, { retryAfterSeconds: Math.max(1, Math.ceil((this.until - at) / 1_000)) });
    this.become('half-open', at + trialMs);
  }

  /** Takes in how an attempt has ended. What left before it opened, and ends meanwhile, tells nothing new. */
  note(hasFailed: boolean, at: number): void {
    if (this.current === 'open') return;
    if (this.current === 'half-open') return hasFailed ? this.open(at, this.openMs * 2) : this.close();
    this.recent.add(hasFailed, at);
    if (!hasFailed) return;
    const { all, marked } = this.recent.read(at);
    if (all >= fewest && marked >= all * share) this.open(at, firstOpenMs);
  }

  private open(at: number, forMs: number): void {
    this.openMs = Math.min(forMs, longestOpenMs);
    this.become('open', at + this.openMs);
  }

  private close(): void {
    this.recent.clear();
    this.become('closed', 0);
  }

  private become(state: BreakerState, until: number): void {
    this.until = until;
    if (this.current === state) return;
    this.current = state;
    this.onChange(state);
  }
}
