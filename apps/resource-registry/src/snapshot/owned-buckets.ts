import type { Bus } from '@pontage/bus';
import * as buckets from '@pontage/contracts/snapshots';
import type { Bucket, SnapshotEntry } from '@pontage/contracts/snapshots';
import type { SnapshotSink } from '@pontage/persistence';
import { SnapshotWriter } from '@pontage/snapshots';

/** The buckets that the registry writes, by name. */
export class OwnedBuckets implements SnapshotSink {
  private constructor(
    private readonly writers: ReadonlyMap<string, SnapshotWriter<Bucket>>,
    readonly tokens: SnapshotWriter<typeof buckets.tokens>,
    readonly regions: SnapshotWriter<typeof buckets.regions>,
    readonly members: SnapshotWriter<typeof buckets.members>,
    readonly memberSessions: SnapshotWriter<typeof buckets.memberSessions>,
  ) {}

  /** Opens the buckets, making those that are missing. */
  static async open(bus: Bus): Promise<OwnedBuckets> {
    const others: readonly Bucket[] = [
      buckets.organisations,
      buckets.permissions,
      buckets.resources,
      buckets.apps,
      buckets.queries,
      buckets.config,
    ];
    const [tokenWriter, regionWriter, memberWriter, sessionWriter, ...writers] = await Promise.all([
      SnapshotWriter.open(bus, buckets.tokens),
      SnapshotWriter.open(bus, buckets.regions),
      SnapshotWriter.open(bus, buckets.members),
      SnapshotWriter.open(bus, buckets.memberSessions),
      ...others.map((bucket) => SnapshotWriter.open(bus, bucket)),
    ]);
    const named = others.map((bucket, index) => [bucket.name, writers[index]] as const);
    return new OwnedBuckets(
      new Map<string, unknown>([
        [buckets.tokens.name, tokenWriter],
        [buckets.regions.name, regionWriter],
        [buckets.members.name, memberWriter],
        [buckets.memberSessions.name, sessionWriter],
        ...named,
      ]) as ReadonlyMap<string, SnapshotWriter<Bucket>>,
      tokenWriter,
      regionWriter,
      memberWriter,
      sessionWriter,
    );
  }

  async put(bucket: string, key: string, entry: SnapshotEntry<unknown>): Promise<void> {
    const writer = this.writers.get(bucket);
    if (writer === undefined) throw new Error(`${bucket} is not the registry's bucket`);
    await writer.put(key, entry);
  }

  /** True when a bucket holds this version of a key, or a later one. */
  holds(bucket: string, key: string, version: number): boolean {
    return (this.writers.get(bucket)?.watch.versionOf(key) ?? 0) >= version;
  }

  /** The keys of an organisation that have a value, with their versions. */
  *keysOf(org: string): Iterable<{ readonly bucket: string; readonly key: string; readonly version: number }> {
    for (const [bucket, { watch }] of this.writers) {
      for (const [key, value] of watch.entries()) {
        if (organisationOf(bucket, key, value) === org) yield { bucket, key, version: watch.versionOf(key) ?? 0 };
      }
    }
  }

  stop(): void {
    for (const { watch } of this.writers.values()) watch.stop();
  }
}

/** Keys begin with the organisation; tokens and sessions are found by their hash before it is known, and regions are nobody's. */
const organisationOf = (bucket: string, key: string, value: unknown): string | undefined =>
  bucket === buckets.tokens.name || bucket === buckets.memberSessions.name
    ? (value as { org: string }).org
    : key.split('.')[0];
