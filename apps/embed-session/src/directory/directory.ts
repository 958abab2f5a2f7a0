import type { Bus } from '@pontage/bus';
import {
  apps as appBucket,
  organisations as organisationBucket,
  permissions as groupBucket,
  type ValueOf,
} from '@pontage/contracts/snapshots';
import { SnapshotWatch } from '@pontage/snapshots';

export type Organisation = ValueOf<typeof organisationBucket>;
export type App = ValueOf<typeof appBucket>;
export type Group = ValueOf<typeof groupBucket>;

/** True when one of these groups may use the app. */
export const reaches = (groups: Iterable<Group | undefined>, app: string): boolean =>
  [...groups].some((group) => group !== undefined && (group.allApps !== 'none' || group.apps[app] !== undefined));

/** The registry's organisations, apps and groups, as this process sees them. */
export class Directory {
  private constructor(
    private readonly organisations: SnapshotWatch<typeof organisationBucket>,
    private readonly apps: SnapshotWatch<typeof appBucket>,
    private readonly groups: SnapshotWatch<typeof groupBucket>,
  ) {}

  /** Watches the three buckets; returns when everything that they hold is here. */
  static async open(bus: Bus): Promise<Directory> {
    const [organisations, apps, groups] = await Promise.all([
      SnapshotWatch.open(bus, organisationBucket),
      SnapshotWatch.open(bus, appBucket),
      SnapshotWatch.open(bus, groupBucket),
    ]);
    return new Directory(organisations, apps, groups);
  }

  stop(): void {
    for (const watch of [this.organisations, this.apps, this.groups]) watch.stop();
  }

  /** The organisation; one that was made a moment ago is waited for, and so are app and group. */
  findOrganisation(org: string): Promise<Organisation | undefined> {
    return this.organisations.find(org);
  }

  findApp(org: string, app: string): Promise<App | undefined> {
    return this.apps.find(`${org}.${app}`);
  }

  findGroup(org: string, group: number): Promise<Group | undefined> {
    return this.groups.find(`${org}.${group}`);
  }

  /**
   * Why somebody with these groups may no longer be in this app; undefined when he may. Only what is known to be gone
   * counts: a bucket that is being filled anew does not know everything yet.
   */
  whyNot(org: string, app: string, groupIds: readonly number[]): EndReason | undefined {
    if (isGone(this.apps, `${org}.${app}`)) return 'app-deleted';
    const keys = groupIds.map((id) => `${org}.${id}`);
    if (keys.some((key) => isGone(this.groups, key))) return 'group-deleted';
    const groups = keys.map((key) => this.groups.get(key));
    return groups.includes(undefined) || reaches(groups, app) ? undefined : 'access-removed';
  }

  /** True when what this process knows is not older than a moment. */
  isFresh(): boolean {
    return this.organisations.isFresh() && this.apps.isFresh() && this.groups.isFresh();
  }

  /** Tells of each organisation in which an app or a group may have gone, or lost something. */
  onLoss(listener: (org: string) => void): void {
    const orgOf = (key: string): string => key.split('.')[0] ?? '';
    this.apps.onChange((key, app) => app === undefined && listener(orgOf(key)));
    this.groups.onChange((key) => listener(orgOf(key)));
  }
}

const isGone = (watch: SnapshotWatch<typeof appBucket> | SnapshotWatch<typeof groupBucket>, key: string): boolean =>
  watch.get(key) === undefined && watch.versionOf(key) !== undefined;

/** Why a session ended before its time. */
export type EndReason = 'revoked' | 'app-deleted' | 'group-deleted' | 'access-removed';
