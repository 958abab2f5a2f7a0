import { JetStreamApiError } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { Bus } from '@pontage/bus';
import type { Bucket, SnapshotEntry, ValueOf } from '@pontage/contracts/snapshots';
import { SnapshotWatch } from './snapshot-watch.js';

/** JetStream's `wrong last sequence`: somebody else has written the key since. */
const wrongLastSequence = 10_071;
const ackMs = 2_000;
const maxTries = 5;

/** The owner's pen for a bucket. Writes are conditional on what was there, so an older version never replaces a newer one. */
export class SnapshotWriter<B extends Bucket> {
  private constructor(
    private readonly bus: Bus,
    private readonly bucket: B,
    /** What the bucket holds, for rebuilds that write only what is missing. */
    readonly watch: SnapshotWatch<B>,
  ) {}

  /** Opens a bucket, making it when it is missing. Only its owner may. */
  static async open<B extends Bucket>(bus: Bus, bucket: B): Promise<SnapshotWriter<B>> {
    await new Kvm(bus.jetstream).create(bucket.name, { history: 1 });
    return new SnapshotWriter(bus, bucket, await SnapshotWatch.open(bus, bucket));
  }

  /**
   * Writes a key unless the bucket holds this version or a newer one. Resolves with the server's acknowledgement.
   * @throws Error when the server does not acknowledge within two seconds.
   */
  async put(key: string, entry: SnapshotEntry<ValueOf<B>>): Promise<void> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const held = this.watch.versionOf(key);
      if (held !== undefined && held >= entry.version) return;
      const revision = this.watch.revisionOf(key);
      try {
        await this.bus.jetstream.publish(`$KV.${this.bucket.name}.${key}`, JSON.stringify(entry), {
          timeout: ackMs,
          expect: { lastSubjectSequence: revision },
        });
        return;
      } catch (error) {
        if (!(error instanceof JetStreamApiError) || error.code !== wrongLastSequence) throw error;
        await this.watch.until(() => (this.watch.revisionOf(key) > revision ? true : undefined), ackMs);
      }
    }
    throw new Error(`bucket ${this.bucket.name}: ${maxTries} writers met at one key`);
  }
}
