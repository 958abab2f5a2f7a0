import { RecentCount } from './recent-count.js';

const windowMs = 20_000;
/** So many retries are always allowed, or a resource that is seldom asked would have none. */
const floor = 10;
/** Of the recent queries so many may be retried besides. */
const share = 0.2;

/**
 * How much may be asked again of one upstream. Retries help while some requests fail; when all do, they are a multiple of
 * the load on an upstream that cannot carry it once. So they are bounded by the queries of the last ten to twenty seconds.
 */
export class RetryBudget {
  private readonly recent = new RecentCount(windowMs);

  /** A query begins. */
  deposit(at: number): void {
    this.recent.add(false, at);
  }

  /** Takes one retry; false when there is none left. */
  withdraw(at: number): boolean {
    const { all, marked } = this.recent.read(at);
    if (marked >= floor + share * all) return false;
    this.recent.mark(at);
    return true;
  }
}
