import type { Bus } from '@pontage/bus';
import * as buckets from '@pontage/contracts/snapshots';
import { WorkerPool } from '@pontage/dispatch';
import { SnapshotWatch } from '@pontage/snapshots';
import { ResourceIndex } from './resource-index.js';

/** What may be called, by whom, as this process has last heard: every lookup of a warm request is in memory. */
export class Policy {
  private constructor(
    readonly organisations: SnapshotWatch<typeof buckets.organisations>,
    readonly permissions: SnapshotWatch<typeof buckets.permissions>,
    readonly apps: SnapshotWatch<typeof buckets.apps>,
    readonly queries: SnapshotWatch<typeof buckets.queries>,
    readonly config: SnapshotWatch<typeof buckets.config>,
    /** From which version on grants may be used that people have agreed to. */
    readonly grants: SnapshotWatch<typeof buckets.grants>,
    private readonly resourceWatch: SnapshotWatch<typeof buckets.resources>,
    readonly resources: ResourceIndex,
    private readonly regions: SnapshotWatch<typeof buckets.regions>,
    /** From where queries may leave. */
    readonly workers: WorkerPool,
  ) {}

  /** Returns when the initial values of every bucket are here. */
  static async open(bus: Bus): Promise<Policy> {
    const [organisations, permissions, apps, queries, config, grants, resources, regions] = await Promise.all([
      SnapshotWatch.open(bus, buckets.organisations),
      SnapshotWatch.open(bus, buckets.permissions),
      SnapshotWatch.open(bus, buckets.apps),
      SnapshotWatch.open(bus, buckets.queries),
      SnapshotWatch.open(bus, buckets.config),
      SnapshotWatch.open(bus, buckets.grants),
      SnapshotWatch.open(bus, buckets.resources),
      SnapshotWatch.open(bus, buckets.regions),
    ]);
    const index = new ResourceIndex(resources);
    const workers = new WorkerPool(bus.presence, regions);
    return new Policy(organisations, permissions, apps, queries, config, grants, resources, index, regions, workers);
  }

  /** True when revocations would have been heard within the last 750 ms. */
  isFresh(): boolean {
    return [
      this.organisations,
      this.permissions,
      this.apps,
      this.queries,
      this.grants,
      this.resourceWatch,
      this.regions,
    ].every((watch) => watch.isFresh());
  }

  /** The groups of these ids that exist. */
  groups(org: string, ids: readonly number[]): { id: number; group: buckets.ValueOf<typeof buckets.permissions> }[] {
    return ids.flatMap((id) => {
      const group = this.permissions.get(`${org}.${id}`);
      return group === undefined ? [] : [{ id, group }];
    });
  }

  /** The configuration variables of an environment, by name. */
  *variables(org: string, environment: string): Iterable<[string, buckets.ValueOf<typeof buckets.config>]> {
    const prefix = `${org}.${environment}.`;
    for (const [key, entry] of this.config.entries())
      if (key.startsWith(prefix)) yield [key.slice(prefix.length), entry];
  }

  stop(): void {
    for (const watch of [
      this.organisations,
      this.permissions,
      this.apps,
      this.queries,
      this.config,
      this.grants,
      this.resourceWatch,
      this.regions,
    ])
      watch.stop();
  }
}
