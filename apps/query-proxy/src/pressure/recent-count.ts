/** What was counted lately, and how many of those were of the kind in question. */
interface Counted {
  readonly all: number;
  readonly marked: number;
}

const none: Counted = { all: 0, marked: 0 };

/**
 * Counts over a sliding window of two halves: what is older than `windowMs` is forgotten, what is younger than half of
 * it is not. However much is counted, it is four numbers.
 */
export class RecentCount {
  private before = none;
  private now = none;
  private since = 0;

  constructor(private readonly windowMs: number) {}

  /** Counts one. @param at on this process's own monotonic clock, in milliseconds */
  add(isMarked: boolean, at: number): void {
    this.move(at);
    this.now = { all: this.now.all + 1, marked: this.now.marked + (isMarked ? 1 : 0) };
  }

  /** Marks one that was counted before. */
  mark(at: number): void {
    this.move(at);
    this.now = { ...this.now, marked: this.now.marked + 1 };
  }

  read(at: number): Counted {
    this.move(at);
    return { all: this.before.all + this.now.all, marked: this.before.marked + this.now.marked };
  }

  /** Begins anew. */
  clear(): void {
    this.before = none;
    this.now = none;
  }

  private move(at: number): void {
    const half = this.windowMs / 2;
    if (at - this.since < half) return;
    this.before = at - this.since < this.windowMs ? this.now : none;
    this.now = none;
    this.since = at;
  }
}
