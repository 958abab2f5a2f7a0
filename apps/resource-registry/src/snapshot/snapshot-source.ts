import type { Bucket, SnapshotEntry } from '@pontage/contracts/snapshots';
import type { EntityManager } from 'typeorm';

/** What a bucket should hold under a key, according to the rows. */
export interface SnapshotRow {
  readonly bucket: Bucket;
  readonly key: string;
  readonly entry: SnapshotEntry<unknown>;
}

/** Where the content of a bucket comes from. */
export interface SnapshotSource {
  /** Everything of the manager's organisation; what was deleted is a tombstone, as far as it is remembered. */
  snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]>;
}
