import type { Freshness } from '@pontage/snapshots';

/** What is asked of a snapshot watch: who is known right now, and whether a revocation would have been heard. */
export interface Directory<V> extends Freshness {
  get(key: string): V | undefined;
  /** Waits up to half a second for a key that has not arrived yet. */
  find(key: string): Promise<V | undefined>;
}
