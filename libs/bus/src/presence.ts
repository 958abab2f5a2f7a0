import { aliveSubject, presenceOfAll, presenceSubject } from '@pontage/contracts/permissions';
import type { Service } from '@pontage/contracts';
import type { PeerKey, ProcessKeys, PublicKey } from '@pontage/sealing';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { Hearing } from './hearing.js';
import { idle, readSpoken, type Occasion, type PresenceRecord, type PresenceState } from './presence-record.js';
import { isNoResponders, type ReplyInbox, type Replies } from './replies.js';

/** What is known of a process, and since when nothing has been heard of it. */
interface Seen {
  readonly record: PresenceRecord;
  readonly at: number;
  isGone: boolean;
  /** Where the server's word arrives that nobody listens there. */
  asked: ReplyInbox | undefined;
}

/** Told of a process that has died or fallen silent; one that took its leave had nothing left in hand. */
type LossListener = (record: PresenceRecord) => void;

const beatMs = 1_000;
const lookMs = 200;
/** One beat is overdue: the server is asked whether the process still listens. */
const overdueMs = 1_200;
/** One that has something of ours in hand is asked for as soon as this. */
const watchedMs = 300;
/** Three beats missed: gone, whoever listens there. */
const goneAfterMs = 3_200;
/** How long the key of a process that is gone still opens what it sealed. */
const keyKeptMs = 10 * 60_000;

/**
 * Who is there. Each process says so every second and at once on a change; a new one asks the others to speak up, so
 * that it knows everybody within a round trip. One that leaves says goodbye. When a beat is overdue, a subject is asked
 * that this process alone listens to: the server knows at once whether its connection is gone. One that is only busy
 * still listens. The bus lets a user speak for itself only.
 */
export class Presence {
  private readonly seen = new Map<string, Seen>();
  private readonly peerKeys = new Map<string, PeerKey & { at: number }>();
  private readonly changeListeners = new Set<() => void>();
  private readonly lossListeners = new Set<LossListener>();
  private readonly subscriptions: readonly Subscription[];
  private readonly timers: readonly NodeJS.Timeout[];
  private state: PresenceState = idle;
  private describe: () => Partial<PresenceState> = () => ({});
  private isWatched: (record: PresenceRecord) => boolean = () => false;
  private readonly subject: string;
  private readonly startedAt = new Date().toISOString();
  private readonly hearing = new Hearing(Date.now);
  private isConnected = true;
  private hasLeft = false;

  constructor(
    private readonly connection: NatsConnection,
    private readonly own: { service: Service; region: string | undefined; instance: string; version: string },
    private readonly keys: ProcessKeys,
    private readonly replies: Replies,
  ) {
    this.subject = presenceSubject(own.service, own.region, own.instance);
    this.subscriptions = [
      connection.subscribe(presenceOfAll, { callback: (_, message) => this.take(message.subject, message.data) }),
      // That it is there is all that it is for.
      connection.subscribe(aliveSubject(own.service, own.region, own.instance), { callback: () => undefined }),
    ];
    this.timers = [setInterval(() => this.beat(), beatMs).unref(), setInterval(() => this.look(), lookMs).unref()];
    void this.followConnection();
    this.say('hello');
  }

  /** Says at once what has changed. Counters that change with every request are left to the beat. */
  announce(change: Partial<PresenceState>): void {
    const before = this.state;
    this.state = { ...before, ...change };
    if (this.state.draining !== before.draining || this.state.capacity !== before.capacity) this.say();
  }

  /** Adds to each beat what is worked out for it only. */
  describeBy(describe: () => Partial<PresenceState>): void {
    this.describe = describe;
  }

  /** Asks more often for those of which this is true: somebody waits for them. */
  watchClosely(isWatched: (record: PresenceRecord) => boolean): void {
    this.isWatched = isWatched;
  }

  /** Says at once that this process has a new key. */
  announceKey(): void {
    this.say();
  }

  /** The live processes of a service, without those that drain. */
  live(service: Service, region?: string): PresenceRecord[] {
    const records: PresenceRecord[] = [];
    for (const { record, isGone } of this.seen.values()) {
      if (
        !isGone &&
        record.service === service &&
        !record.draining &&
        (region === undefined || record.region === region)
      )
        records.push(record);
    }
    return records;
  }

  /** Every live process, the draining ones too. */
  all(): PresenceRecord[] {
    return [...this.seen.values()].filter(({ isGone }) => !isGone).map(({ record }) => record);
  }

  /** The record of a process, as long as it is live. */
  find(service: Service, instance: string): PresenceRecord | undefined {
    const seen = this.seen.get(`${service}/${instance}`);
    return seen === undefined || seen.isGone ? undefined : seen.record;
  }

  /** The key to seal with for a process named `service/instance`. */
  keyOf(process: string): PublicKey | undefined {
    return this.seen.get(process)?.record.key;
  }

  /** Strikes a process off before its silence does: nobody listens there any more. */
  forget(service: Service, instance: string): void {
    const seen = this.seen.get(`${service}/${instance}`);
    if (seen !== undefined) this.lose(seen);
  }

  /** The announced key of this id, and whose it is. */
  peerKey(id: string): PeerKey | undefined {
    return this.peerKeys.get(id);
  }

  /** Calls whenever somebody speaks, or is gone; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  /** Calls when a process was lost with whatever it had in hand. */
  onLoss(listener: LossListener): void {
    this.lossListeners.add(listener);
  }

  /** The first truthy answer, asked again whenever somebody speaks or is gone; undefined after `withinMs`. */
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

  /** Says goodbye: nothing is in hand any more. */
  leave(): void {
    this.timers.forEach((timer) => clearInterval(timer));
    if (this.connection.isClosed()) return;
    this.subscriptions.forEach((subscription) => subscription.unsubscribe());
    this.state = { ...this.state, draining: true };
    this.say('bye');
    this.hasLeft = true;
  }

  private beat(): void {
    this.state = { ...this.state, ...this.describe() };
    this.say();
    const now = Date.now();
    for (const [name, { at }] of this.seen) if (now - at > keyKeptMs) this.seen.delete(name);
    for (const [id, { at }] of this.peerKeys) if (now - at > keyKeptMs) this.peerKeys.delete(id);
  }

  private look(): void {
    const silentSince = this.hearing.look();
    for (const seen of this.seen.values()) {
      if (seen.isGone) continue;
      const silentMs = silentSince(seen.at);
      if (silentMs > goneAfterMs) this.lose(seen);
      else if (this.isConnected && silentMs > (this.isWatched(seen.record) ? watchedMs : overdueMs)) this.ask(seen);
    }
  }

  private ask(seen: Seen): void {
    const { service, region, instance } = seen.record;
    if (instance === this.own.instance) return;
    seen.asked ??= this.replies.expect((message) => {
      if (isNoResponders(message)) this.lose(seen);
    });
    this.connection.publish(aliveSubject(service, region ?? undefined, instance), '', { reply: seen.asked.subject });
  }

  private lose(seen: Seen): void {
    if (!this.end(seen)) return;
    for (const listener of this.lossListeners) listener(seen.record);
    this.tellChange();
  }

  /** False when it was gone before, or has spoken since. */
  private end(seen: Seen): boolean {
    seen.asked?.close();
    const { service, instance } = seen.record;
    if (seen.isGone || this.seen.get(`${service}/${instance}`) !== seen) return false;
    seen.isGone = true;
    return true;
  }

  private tellChange(): void {
    for (const listener of this.changeListeners) listener();
  }

  private async followConnection(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === 'disconnect') this.isConnected = false;
      if (type !== 'reconnect') continue;
      this.isConnected = true;
      this.hearing.restart();
      this.say('hello');
    }
  }

  private say(occasion?: Occasion): void {
    // A line that comes back after the goodbye takes no word any more, and would bring back who has left.
    if (this.hasLeft || this.connection.isClosed()) return;
    const { region, ...own } = this.own;
    const record: PresenceRecord = {
      ...own,
      region: region ?? null,
      startedAt: this.startedAt,
      ...this.state,
      key: this.keys.current,
    };
    const extra = occasion === undefined ? {} : { [occasion]: true };
    this.connection.publish(this.subject, JSON.stringify({ ...record, ...extra }));
  }

  private take(subject: string, data: Uint8Array): void {
    const spoken = readSpoken(data);
    if (spoken === undefined) return;
    const { record, occasion } = spoken;
    // The bus guards the subject, so the subject says who spoke; a record that says otherwise is not believed.
    if (presenceSubject(record.service, record.region ?? undefined, record.instance) !== subject) return;
    const process = `${record.service}/${record.instance}`;
    const at = Date.now();
    this.seen.get(process)?.asked?.close();
    this.seen.set(process, { record, at, isGone: occasion === 'bye', asked: undefined });
    this.peerKeys.set(record.key.id, { ...record.key, process, at });
    if (occasion === 'hello' && record.instance !== this.own.instance) this.say();
    this.tellChange();
  }
}
