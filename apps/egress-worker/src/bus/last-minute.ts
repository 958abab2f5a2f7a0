import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** What became of the requests of the last minute. */
export interface Figures {
  /** Milliseconds; null: there were no requests. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** The share that failed, 0 to 1. */
  readonly failures: number | null;
}

interface Window {
  readonly histogram: RecordableHistogram;
  failed: number;
}

const halfMs = 30_000;
const longestMs = 150_000;

/**
 * How long requests took lately, and how many failed. Two windows take everything, and each half minute the older one begins
 * anew: what is read covers the last thirty to sixty seconds.
 */
export class LastMinute {
  private older: Window = emptyWindow();
  private newer: Window = emptyWindow();
  private turnedAt: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.turnedAt = now();
  }

  /** Notes a request that has ended. */
  note(durationMs: number, hasFailed: boolean): void {
    this.turn();
    for (const window of [this.older, this.newer]) {
      window.histogram.record(Math.min(longestMs, Math.max(1, Math.round(durationMs))));
      if (hasFailed) window.failed += 1;
    }
  }

  read(): Figures {
    this.turn();
    const { histogram, failed } = this.older;
    if (histogram.count === 0) return { p50Ms: null, p99Ms: null, failures: null };
    return { p50Ms: histogram.percentile(50), p99Ms: histogram.percentile(99), failures: failed / histogram.count };
  }

  private turn(): void {
    const halves = Math.floor((this.now() - this.turnedAt) / halfMs);
    if (halves === 0) return;
    // After a long rest neither of them says anything of the last minute.
    this.older = halves === 1 ? this.newer : emptyWindow();
    this.newer = emptyWindow();
    this.turnedAt += halves * halfMs;
  }
}

const emptyWindow = (): Window => ({
  histogram: createHistogram({ lowest: 1, highest: longestMs, figures: 3 }),
  failed: 0,
});
