import type { config, ValueOf } from '@pontage/contracts/snapshots';
import type { SnapshotWatch } from '@pontage/snapshots';

/** A variable as the bucket has it: its text, or the name of a secret value. */
export type ConfigEntry = ValueOf<typeof config>;

/** The configuration variables as this process has last heard of them. */
export class ConfigVariables {
  constructor(private readonly watch: SnapshotWatch<typeof config>) {}

  /** The variable, waiting a moment for one that this process has not heard of yet. */
  find(org: string, environment: string, name: string): Promise<ConfigEntry | undefined> {
    return this.watch.find(keyOf(org, environment, name));
  }

  /** The variable as it is known now. */
  now(org: string, environment: string, name: string): ConfigEntry | undefined {
    return this.watch.get(keyOf(org, environment, name));
  }

  /** The version that is known now, also of one that is gone; undefined: nothing has been heard of it. */
  versionOf(org: string, environment: string, name: string): number | undefined {
    return this.watch.versionOf(keyOf(org, environment, name));
  }

  /** True while changes would be heard. */
  get isFresh(): boolean {
    return this.watch.isFresh();
  }
}

const keyOf = (org: string, environment: string, name: string): string => `${org}.${environment}.${name}`;
