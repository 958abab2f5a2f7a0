import { presenceOfAll, presenceSubject } from '@pontage/contracts/permissions';
import { services, type Service } from '@pontage/contracts';
import type { PeerKey, ProcessKeys, PublicKey } from '@pontage/sealing';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { z } from 'zod';

/** A query-proxy keeps queries from the upstream of a resource, which fails. */
const breakerRecord = z.object({
  org: z.string(),
  resource: z.string(),
  /** Null: all of its environments, but for those that are apart. */
  environment: z.string().nullable(),
  region: z.string(),
  state: z.enum(['open', 'half-open']),
  since: z.string(),
});
export type BreakerRecord = z.infer<typeof breakerRecord>;

/** A process of ours, as it says of itself. */
const presenceRecord = z.object({
  service: z.enum(services),
  region: z.string().nullable(),
  instance: z.string().regex(/^[A-Za-z0-9]{22}$/),
  version: z.string(),
  startedAt: z.string(),
  inflight: z.number(),
  capacity: z.number(),
  draining: z.boolean(),
  /** Addresses and CIDRs that a worker's requests leave from. */
  outboundIps: z.array(z.string()),
  /** Of a query-proxy; those of before have not said. */
  breakers: z.array(breakerRecord).max(50).default([]),
  key: z.object({ id: z.string(), publicKey: z.string() }),
});
export type PresenceRecord = z.infer<typeof presenceRecord>;

/** What a process may change about what it says of itself. */
export type PresenceState = Pick<PresenceRecord, 'inflight' | 'capacity' | 'draining' | 'outboundIps' | 'breakers'>;

interface Seen {
  readonly record: PresenceRecord;
  readonly at: number;
}

const beatMs = 1_000;
/** Three beats missed: gone. */
const goneAfterMs = 3_200;
/** How long the key of a process that is gone still opens what it sealed. */
const keyKeptMs = 10 * 60_000;

/**
 * Who is there. Each process says so every second and at once on a change; a new one asks the others to speak up, so
 * that it knows everybody within a round trip. The bus lets a user speak for itself only.
 */
export class Presence {
  private readonly seen = new Map<string, Seen>();
  private readonly peerKeys = new Map<string, PeerKey & { at: number }>();
  private readonly listeners = new Set<() => void>();
  private readonly subscription: Subscription;
  private readonly timer: NodeJS.Timeout;
  private state: PresenceState = { inflight: 0, capacity: 0, draining: false, outboundIps: [], breakers: [] };
  private readonly subject: string;
  private readonly startedAt = new Date().toISOString();

  constructor(
    private readonly connection: NatsConnection,
    private readonly own: { service: Service; region: string | undefined; instance: string; version: string },
    private readonly keys: ProcessKeys,
  ) {
    this.subject = presenceSubject(own.service, own.region, own.instance);
    this.subscription = connection.subscribe(presenceOfAll, {
      callback: (_, message) => this.take(message.subject, message.data),
    });
    this.timer = setInterval(() => this.beat(), beatMs).unref();
    this.say({ hello: true });
  }

  /** Says at once what has changed. Counters that change with every request are left to the beat. */
  announce(change: Partial<PresenceState>): void {
    const before = this.state;
    this.state = { ...before, ...change };
    if (this.state.draining !== before.draining || this.state.capacity !== before.capacity) this.say({});
  }

  /** Says at once that this process has a new key. */
  announceKey(): void {
    this.say({});
  }

  /** The live processes of a service, without those that drain. */
  live(service: Service, region?: string): PresenceRecord[] {
    const since = Date.now() - goneAfterMs;
    const records: PresenceRecord[] = [];
    for (const { record, at } of this.seen.values()) {
      if (
        at >= since &&
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
    const since = Date.now() - goneAfterMs;
    return [...this.seen.values()].filter(({ at }) => at >= since).map(({ record }) => record);
  }

  /** The record of a process, as long as it is live. */
  find(service: Service, instance: string): PresenceRecord | undefined {
    const seen = this.seen.get(`${service}/${instance}`);
    return seen !== undefined && seen.at >= Date.now() - goneAfterMs ? seen.record : undefined;
  }

  /** The key to seal with for a process named `service/instance`. */
  keyOf(process: string): PublicKey | undefined {
    return this.seen.get(process)?.record.key;
  }

  /** Strikes a process off before its silence does: nobody listens there any more. */
  forget(service: Service, instance: string): void {
    this.seen.delete(`${service}/${instance}`);
  }

  /** The announced key of this id, and whose it is. */
  peerKey(id: string): PeerKey | undefined {
    return this.peerKeys.get(id);
  }

  /** The first truthy answer, asked again whenever somebody speaks; undefined after `withinMs`. */
  async until<T>(ask: () => T | undefined, withinMs: number): Promise<T | undefined> {
    const now = ask();
    if (now !== undefined) return now;
    return new Promise((resolve) => {
      const finish = (value: T | undefined) => {
        clearTimeout(timer);
        this.listeners.delete(listener);
        resolve(value);
      };
      const listener = () => {
        const value = ask();
        if (value !== undefined) finish(value);
      };
      const timer = setTimeout(() => finish(undefined), withinMs);
      this.listeners.add(listener);
    });
  }

  stop(): void {
    clearInterval(this.timer);
    this.announce({ draining: true });
    this.subscription.unsubscribe();
  }

  private beat(): void {
    this.say({});
    const now = Date.now();
    for (const [name, { at }] of this.seen) if (now - at > keyKeptMs) this.seen.delete(name);
    for (const [id, { at }] of this.peerKeys) if (now - at > keyKeptMs) this.peerKeys.delete(id);
  }

  private say(extra: { hello?: true }): void {
    if (this.connection.isClosed()) return;
    const { region, ...own } = this.own;
    const record: PresenceRecord = {
      ...own,
      region: region ?? null,
      startedAt: this.startedAt,
      ...this.state,
      key: this.keys.current,
    };
    this.connection.publish(this.subject, JSON.stringify({ ...record, ...extra }));
  }

  private take(subject: string, data: Uint8Array): void {
    const spoken = readSpoken(data);
    if (spoken === undefined) return;
    const { record, hello } = spoken;
    // The bus guards the subject, so the subject says who spoke; a record that says otherwise is not believed.
    if (presenceSubject(record.service, record.region ?? undefined, record.instance) !== subject) return;
    const process = `${record.service}/${record.instance}`;
    const at = Date.now();
    this.seen.set(process, { record, at });
    this.peerKeys.set(record.key.id, { ...record.key, process, at });
    if (hello && record.instance !== this.own.instance) this.say({});
    for (const listener of this.listeners) listener();
  }
}

function readSpoken(data: Uint8Array): { record: PresenceRecord; hello: boolean } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(data).toString());
    const parsed = presenceRecord.safeParse(value);
    return parsed.success ? { record: parsed.data, hello: (value as { hello?: unknown }).hello === true } : undefined;
  } catch {
    return undefined;
  }
}
