import type { UnitOfWork } from '@pontage/persistence';
import type { OwnedBuckets } from './owned-buckets.js';
import type { SnapshotRow, SnapshotSource } from './snapshot-source.js';

/** How many writes are under way at once. */
const width = 64;

/**
 * Brings the buckets to what an organisation's rows say: after a crash, and when a bucket was lost. Only what differs is
 * written; a value without a row becomes a tombstone.
 */
export async function rebuildSnapshots(
  unitOfWork: UnitOfWork,
  buckets: OwnedBuckets,
  sources: readonly SnapshotSource[],
  org: string,
): Promise<number> {
  return unitOfWork.reconcile(org, async (manager) => {
    const rows: SnapshotRow[] = [];
    for (const source of sources) rows.push(...(await source.snapshots(manager)));
    const known = new Set(rows.map(({ bucket, key }) => `${bucket.name} ${key}`));
    const missing = rows
      .filter(({ bucket, key, entry }) => !buckets.holds(bucket.name, key, entry.version))
      .map(({ bucket, key, entry }) => ({ bucket: bucket.name, key, entry }));
    const strays = [...buckets.keysOf(org)]
      .filter(({ bucket, key }) => !known.has(`${bucket} ${key}`))
      .map(({ bucket, key, version }) => ({ bucket, key, entry: { version: version + 1, value: null } }));

    const writes = [...missing, ...strays];
    for (let from = 0; from < writes.length; from += width) {
      await Promise.all(
        writes.slice(from, from + width).map(({ bucket, key, entry }) => buckets.put(bucket, key, entry)),
      );
    }
    return writes.length;
  });
}
