import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Bus } from '@pontage/bus';
import { tickKey, type Bucket, type SnapshotEntry, type ValueOf } from '@pontage/contracts/snapshots';
import { TickClock, type Ticking } from './tick-clock.js';
import { keyPrefix, watchBucket } from './watch-bucket.js';

interface Held<V> extends SnapshotEntry<V> {
  readonly revision: number;
}

/** How long a start waits for the bucket's owner to make it (its database may be booting), and a lookup for a key that may be on its way. */
const openWithinMs = 120_000;
const findWithinMs = 500;

/**
 * A bucket as this process sees it, kept up to date by a watch. Lookups are synchronous and in memory.
 * The watch proves that it lives by ticks in the bucket itself, which whoever watches it writes when none has come for
 * two or three tenths of a second: that goes on while the bucket's owner is down, when nobody could revoke anything either. Whose tick it
 * was does not matter: what was written before it has come before it.
 */
export class SnapshotWatch<B extends Bucket> implements Ticking {
  private readonly held = new Map<string, Held<ValueOf<B>>>();
  private readonly listeners = new Set<(key: string, value: ValueOf<B> | undefined) => void>();
  private lastTick = 0;
  private writtenAt = 0;
  private stopped = false;
  private messages: ConsumerMessages | undefined;
  /** The sequence number up to which everything has to have come before this watch is whole: that of its own first tick. */
  private wholeAt = Number.POSITIVE_INFINITY;
  private seen = 0;
  private isCaughtUp = false;
  private caughtUp: () => void = () => undefined;

  private constructor(
    private readonly bus: Bus,
    readonly bucket: B,
  ) {}

  /**
   * Watches a bucket; returns when every value that it held is here.
   * @throws Error when the owner has not made the bucket within two minutes.
   */
  static async open<B extends Bucket>(bus: Bus, bucket: B): Promise<SnapshotWatch<B>> {
    const watch = new SnapshotWatch(bus, bucket);
    const ready = new Promise<void>((resolve) => (watch.caughtUp = resolve));
    const messages = await watch.subscribe(Date.now() + openWithinMs);
    void watch.follow(messages);
    void watch.askAnewWhenReconnected();
    watch.tick();
    TickClock.of(bus).add(watch);
    await ready;
    return watch;
  }

  /** The value of a key; undefined when there is none, or no longer. */
  get(key: string): ValueOf<B> | undefined {
    return this.held.get(key)?.value ?? undefined;
  }

  /** The value of a key, waiting up to half a second for one that this process has not heard of yet. */
  async find(key: string): Promise<ValueOf<B> | undefined> {
    if (this.held.has(key)) return this.get(key);
    return this.until(() => this.get(key), findWithinMs);
  }

  /** What `ask` finds, asked again at each change; undefined after `withinMs`. */
  async until<T>(ask: () => T | undefined, withinMs: number): Promise<T | undefined> {
    const now = ask();
    if (now !== undefined) return now;
    return new Promise((resolve) => {
      const finish = (value: T | undefined) => {
        clearTimeout(timer);
        stop();
        resolve(value);
      };
      const stop = this.onChange(() => {
        const value = ask();
        if (value !== undefined) finish(value);
      });
      const timer = setTimeout(() => finish(undefined), withinMs);
    });
  }

  /** The version held of a key, a tombstone's too. */
  versionOf(key: string): number | undefined {
    return this.held.get(key)?.version;
  }

  /** The stream's revision of a key; 0 when it was never written. */
  revisionOf(key: string): number {
    return this.held.get(key)?.revision ?? 0;
  }

  /** Every key that has a value. */
  *entries(): Iterable<[string, ValueOf<B>]> {
    for (const [key, { value }] of this.held) if (value !== null) yield [key, value];
  }

  /** Tells of each change; the returned function ends that. */
  onChange(listener: (key: string, value: ValueOf<B> | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** True when a tick has come through lately: revocations would have, too. */
  isFresh(maxAgeMs = 750): boolean {
    return performance.now() - this.lastTick <= maxAgeMs;
  }

  stop(): void {
    this.stopped = true;
    TickClock.of(this.bus).remove(this);
    this.messages?.stop();
  }

  /** When the last one came, or was written. Until this watch is whole, another's is none. */
  get tickedAt(): number {
    return this.isCaughtUp ? Math.max(this.lastTick, this.writtenAt) : this.writtenAt;
  }

  /** Until it is whole: the stream says of its own which number they have. */
  get needsOwn(): boolean {
    return !this.isCaughtUp;
  }

  /** Writes one. */
  tick(): void {
    this.writtenAt = performance.now();
    const { connection, jetstream } = this.bus;
    if (connection.isClosed() || connection.isDraining()) return;
    const subject = keyPrefix(this.bucket.name) + tickKey;
    if (this.isCaughtUp) connection.publish(subject);
    else
      jetstream.publish(subject).then(
        ({ seq }) => this.wholeFrom(seq),
        // It is written again when no tick has come.
        () => undefined,
      );
  }

  /**
   * What the bucket held has all come with whatever has this number or a higher one. The tick itself may never come: the
   * bucket keeps the newest one only, and those of others who begin at the same time may be quicker.
   */
  private wholeFrom(sequence: number): void {
    this.wholeAt = Math.min(this.wholeAt, sequence);
    this.lookIfWhole();
  }

  private lookIfWhole(): void {
    if (this.isCaughtUp || this.seen < this.wholeAt) return;
    this.isCaughtUp = true;
    this.caughtUp();
  }

  private async subscribe(deadline: number): Promise<ConsumerMessages> {
    for (;;) {
      try {
        return await watchBucket(this.bus.jetstream, this.bucket.name);
      } catch (error) {
        if (Date.now() > deadline || this.stopped || this.bus.connection.isClosed())
          throw new Error(`nobody has made the bucket ${this.bucket.name}: is its owner running?`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  private async follow(messages: ConsumerMessages): Promise<void> {
    this.messages = messages;
    for await (const message of messages) this.take(message);
    // The consumer ended, as it does when the stream is made anew or the server was away: everything is read again.
    if (this.stopped || this.bus.connection.isClosed() || this.bus.connection.isDraining()) return;
    const again = await this.subscribe(Number.POSITIVE_INFINITY).catch(() => undefined);
    // Undefined: it was stopped meanwhile.
    if (again !== undefined) void this.follow(again);
  }

  private async askAnewWhenReconnected(): Promise<void> {
    for await (const { type } of this.bus.connection.status()) {
      if (this.stopped) return;
      if (type === 'reconnect') this.messages?.stop();
    }
  }

  private take(message: JsMsg): void {
    const key = message.subject.slice(keyPrefix(this.bucket.name).length);
    if (key === tickKey) this.lastTick = performance.now();
    else this.keep(key, message);
    this.seen = message.seq;
    this.lookIfWhole();
  }

  private keep(key: string, message: JsMsg): void {
    const { version, value } = message.json<SnapshotEntry<ValueOf<B>>>();
    const revision = message.seq;
    const before = this.held.get(key);
    if (before !== undefined && before.revision >= revision) return;
    this.held.set(key, { version, value, revision });
    for (const listener of this.listeners) listener(key, value ?? undefined);
  }
}
