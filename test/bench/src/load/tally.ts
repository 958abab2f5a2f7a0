import type { LoadResult } from './load-request.js';

/** Counts answers and how long each took. */
export class Tally {
  private readonly startedAt = performance.now();
  private readonly latencies: number[] = [];
  private bytes = 0;

  note(latencyMs: number, bytes: number): void {
    this.latencies.push(latencyMs);
    this.bytes += bytes;
  }

  get result(): LoadResult {
    const elapsedMs = performance.now() - this.startedAt;
    const sorted = Float64Array.from(this.latencies).sort();
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { answers: sorted.length, bytes: this.bytes, elapsedMs, p50Ms: at(0.5), p99Ms: at(0.99) };
  }
}
