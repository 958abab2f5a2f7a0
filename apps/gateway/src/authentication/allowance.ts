interface Level {
  left: number;
  at: number;
  refused: number;
}

const maxKeys = 10_000;

/** Token buckets by key: a burst, then a steady trickle. It holds at most ten thousand keys. */
export class Allowance {
  private readonly levels = new Map<string, Level>();

  constructor(
    private readonly size: { burst: number; perSecond: number },
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** True when one more is allowed, which takes it. */
  take(key: string): boolean {
    const level = this.level(key);
    if (level.left < 1) {
      level.refused += 1;
      return false;
    }
    level.left -= 1;
    return true;
  }

  /** Gives back what was taken: it turned out not to count. */
  giveBack(key: string): void {
    const level = this.level(key);
    level.left = Math.min(this.size.burst, level.left + 1);
  }

  /** In how many seconds there is one more. */
  secondsUntilNext(key: string): number {
    return Math.max(0, Math.ceil((1 - this.level(key).left) / this.size.perSecond));
  }

  /** How many were refused since this was last asked. */
  refusedSince(key: string): number {
    const level = this.level(key);
    const { refused } = level;
    level.refused = 0;
    return refused;
  }

  private level(key: string): Level {
    const at = this.now();
    const known = this.levels.get(key);
    if (known === undefined) {
      // The key that was longest without use goes; the cost of that is one more burst for it.
      const idlest = this.levels.size >= maxKeys ? this.levels.keys().next().value : undefined;
      if (idlest !== undefined) this.levels.delete(idlest);
      const fresh = { left: this.size.burst, at, refused: 0 };
      this.levels.set(key, fresh);
      return fresh;
    }
    known.left = Math.min(this.size.burst, known.left + ((at - known.at) / 1000) * this.size.perSecond);
    known.at = at;
    // To the end of the row: whoever is being refused cannot be forgotten because many others come.
    this.levels.delete(key);
    this.levels.set(key, known);
    return known;
  }
}
