/** Something of the broker's in clear, and how long it may be used. */
export interface Lent<V> {
  readonly value: V;
  readonly validForMs: number;
}

interface Kept<V> {
  readonly value: V;
  /** On this process's own monotonic clock. */
  readonly until: number;
}

/** What the broker has lent, by its name, kept as long as the broker said; many askers at once make one question. */
export class LentValues<V> {
  private readonly kept = new Map<string, Kept<V>>();
  private readonly asking = new Map<string, Promise<V>>();

  /** The value when it is here and good. */
  cached(name: string): V | undefined {
    const kept = this.kept.get(name);
    return kept !== undefined && kept.until > performance.now() ? kept.value : undefined;
  }

  /** The value that `fetch` brings, for everybody who asks meanwhile. */
  ask(name: string, fetch: () => Promise<Lent<V>>): Promise<V> {
    const asked = this.asking.get(name);
    if (asked !== undefined) return asked;
    const asking = this.fetched(name, fetch).finally(() => this.asking.delete(name));
    this.asking.set(name, asking);
    return asking;
  }

  private async fetched(name: string, fetch: () => Promise<Lent<V>>): Promise<V> {
    const { value, validForMs } = await fetch();
    const now = performance.now();
    // Secrets do not stay in memory longer than they are good for.
    for (const [each, { until }] of this.kept) if (until <= now) this.kept.delete(each);
    this.kept.set(name, { value, until: now + validForMs });
    return value;
  }
}
