import type { config } from '@pontage/contracts/snapshots';
import type { SnapshotWatch } from '@pontage/snapshots';
import type { Scope } from '@pontage/templates';

/** The configuration variables that credentials may name. */
export class ConfigVariables {
  constructor(private readonly watch: SnapshotWatch<typeof config>) {}

  /** The scope of templates with these variables, as far as the environment has them. */
  async scopeOf(org: string, environment: string, names: readonly string[]): Promise<Scope> {
    const found = await Promise.all(
      names.map(async (name) => [name, (await this.watch.find(`${org}.${environment}.${name}`))?.value] as const),
    );
    return {
      config: Object.fromEntries(found.filter((variable): variable is [string, string] => variable[1] !== undefined)),
    };
  }

  /** True while changes would be heard. */
  get isFresh(): boolean {
    return this.watch.isFresh();
  }
}
