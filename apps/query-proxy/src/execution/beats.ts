/** A query whose caller waits for a sign of life. */
export interface Beating {
  beat(): void;
}

/** A caller hears that its query is being worked on when a head may take longer than this, and every second from then on. */
const firstBeatMs = 250;
const beatMs = 1_000;
/** How often time is looked at: the precision of these. */
const tickMs = 25;

/** Signs of life of the queries that are not dispatched yet; one clock for all of them costs less than a timer each. */
export class Beats {
  /** When each is due, by this process's own monotonic clock. */
  private readonly due = new Map<Beating, number>();
  private clock: NodeJS.Timeout | undefined;

  begin(query: Beating): void {
    this.due.set(query, performance.now() + firstBeatMs);
    this.clock ??= setInterval(() => this.tick(performance.now()), tickMs);
  }

  end(query: Beating): void {
    this.due.delete(query);
  }

  private tick(now: number): void {
    if (this.due.size === 0) {
      clearInterval(this.clock);
      this.clock = undefined;
    }
    for (const [query, at] of this.due) {
      if (now < at) continue;
      this.due.set(query, now + beatMs);
      query.beat();
    }
  }
}
