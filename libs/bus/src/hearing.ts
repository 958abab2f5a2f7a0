/** Whoever looks a few times a second, and comes so late, was held up. */
const deafMs = 600;

/**
 * How long others have been silent, as far as this process could have heard them. One that was held up, by its machine or by
 * itself, finds its clock ahead of what it has read: silence counts from then on.
 */
export class Hearing {
  private since: number;
  private lookedAt: number;

  /** @param now milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.since = now();
    this.lookedAt = this.since;
  }

  /** To be said whenever somebody looks for those who are silent. Returns for how long one is who was heard at a time. */
  look(): (heardAt: number) => number {
    const now = this.now();
    if (now - this.lookedAt > deafMs) this.since = now;
    this.lookedAt = now;
    return (heardAt) => now - Math.max(heardAt, this.since);
  }

  /** Nothing could be heard until now. */
  restart(): void {
    this.since = this.now();
  }
}
