import { JetStreamApiError } from '@nats-io/jetstream';
import { Kvm, type KV } from '@nats-io/kv';
import type { Bus } from '@pontage/bus';
import { idempotency, idempotencySecrets, type Store } from '@pontage/contracts/snapshots';
import { IdempotencyRecords, type Kept } from './idempotency-records.js';

/** JetStream's `wrong last sequence`: somebody else has written the key since. */
const wrongLastSequence = 10_071;
const ackMs = 2_000;

/** Records in JetStream's KV, where all gateways see the same. */
export class NatsIdempotencyRecords extends IdempotencyRecords {
  private constructor(
    private readonly bus: Bus,
    private readonly records: KV,
    private readonly secrets: KV,
  ) {
    super();
  }

  /** Opens the stores, making them when they are missing. */
  static async open(bus: Bus): Promise<NatsIdempotencyRecords> {
    // A read that any replica may answer could miss a record that was just written.
    const open = ({ name, maxAgeMs }: Store) =>
      new Kvm(bus.jetstream).create(name, { history: 1, ttl: maxAgeMs, allow_direct: false });
    return new NatsIdempotencyRecords(bus, await open(idempotency), await open(idempotencySecrets));
  }

  async find(key: string): Promise<Kept | undefined> {
    const entry = await this.records.get(key);
    return entry === null
      ? undefined
      : { text: entry.operation === 'PUT' ? entry.string() : undefined, revision: entry.revision };
  }

  async write(key: string, text: string, revision: number): Promise<number | undefined> {
    try {
      const { seq } = await this.bus.jetstream.publish(`$KV.${idempotency.name}.${key}`, text, {
        timeout: ackMs,
        expect: { lastSubjectSequence: revision },
      });
      return seq;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === wrongLastSequence) return undefined;
      throw error;
    }
  }

  async keepSecret(key: string, text: string): Promise<void> {
    await this.secrets.put(key, text);
  }

  async findSecret(key: string): Promise<string | undefined> {
    const entry = await this.secrets.get(key);
    return entry === null || entry.operation !== 'PUT' ? undefined : entry.string();
  }
}
