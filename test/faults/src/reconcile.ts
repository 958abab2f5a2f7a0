/** Three accounts of the same actions, by id. */
export interface Accounts {
  /** What callers were told had happened. */
  readonly acknowledged: Iterable<string>;
  /** What the record says had happened. */
  readonly recorded: Iterable<string>;
  /** What the upstream saw happen. */
  readonly effected: Iterable<string>;
}

/** The accounts compared: three numbers and the differences. */
export interface Reconciliation {
  readonly acknowledged: number;
  readonly recorded: number;
  readonly effected: number;
  /** Acknowledged, but not in the record: must be empty. */
  readonly lost: readonly string[];
  /** Acknowledged, but never done: must be empty. */
  readonly invented: readonly string[];
  /** Done, but not in the record: must be empty. */
  readonly unrecorded: readonly string[];
  /** In an account more than once. */
  readonly doubled: readonly string[];
}

/** Compares what was acknowledged, recorded and done. */
export function reconcile(accounts: Accounts): Reconciliation {
  const [acknowledged, recorded, effected] = [
    [...accounts.acknowledged],
    [...accounts.recorded],
    [...accounts.effected],
  ];
  const [inRecord, done] = [new Set(recorded), new Set(effected)];
  return {
    acknowledged: acknowledged.length,
    recorded: recorded.length,
    effected: effected.length,
    lost: acknowledged.filter((id) => !inRecord.has(id)),
    invented: acknowledged.filter((id) => !done.has(id)),
    unrecorded: effected.filter((id) => !inRecord.has(id)),
    doubled: [...duplicates(recorded), ...duplicates(effected)],
  };
}

function duplicates(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.has(id) || !seen.add(id));
}
