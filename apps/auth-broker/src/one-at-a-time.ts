/** Work that many ask for at once and that is done once: whoever asks while it is under way gets the same outcome. */
export class OneAtATime<T> {
  private readonly underWay = new Map<string, Promise<T>>();

  run(key: string, work: () => Promise<T>): Promise<T> {
    const joined = this.underWay.get(key);
    if (joined !== undefined) return joined;
    const started = work().finally(() => this.underWay.delete(key));
    this.underWay.set(key, started);
    return started;
  }

  /** Resolves when all that is under way now has ended, however. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.underWay.values());
  }

  /** The work of this key that is under way. */
  current(key: string): Promise<T> | undefined {
    return this.underWay.get(key);
  }
}
