import type { Bus } from '@pontage/bus';

/** Something that writes a tick when none has come for a while. */
export interface Ticking {
  /** Where its ticks go: whoever watches the same has the same ticks. */
  readonly bucket: { readonly name: string };
  /** True while only its own ticks will do. */
  readonly needsOwn: boolean;
  /** When the last one came, or was written, by this process's own monotonic clock. */
  readonly tickedAt: number;
  tick(): void;
}

/** How often is looked, at most: each clock so much less, by chance, that one of them is the first. */
const [everyMs, spreadMs] = [100, 25];
const silentMs = 200;

/**
 * One clock for all that a process watches: its ticks leave in one write, and wake those who read them once. Waking up costs
 * far more than a tick.
 */
export class TickClock {
  private static readonly clocks = new WeakMap<Bus, TickClock>();
  private readonly ticking = new Set<Ticking>();
  private timer: NodeJS.Timeout | undefined;

  /** The clock of a process. */
  static of(bus: Bus): TickClock {
    const known = TickClock.clocks.get(bus);
    if (known !== undefined) return known;
    const made = new TickClock();
    TickClock.clocks.set(bus, made);
    return made;
  }

  add(each: Ticking): void {
    this.ticking.add(each);
    this.timer ??= setInterval(() => this.look(), everyMs - Math.random() * spreadMs).unref();
  }

  remove(each: Ticking): void {
    this.ticking.delete(each);
    if (this.ticking.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    const silentSince = performance.now() - silentMs;
    const silent = [...this.ticking].filter(({ tickedAt }) => tickedAt <= silentSince);
    if (silent.length === 0) return;
    // A process that was held up has not read yet what came meanwhile. It does so first: held up, all would write.
    setImmediate(() => {
      const written = new Set<string>();
      for (const each of silent) {
        const { bucket, needsOwn, tickedAt } = each;
        if (tickedAt > silentSince || !this.ticking.has(each) || (written.has(bucket.name) && !needsOwn)) continue;
        written.add(bucket.name);
        each.tick();
      }
    });
  }
}
