import type { ResourceSettings } from '@pontage/contracts/resource-registry';
import type { resources } from '@pontage/contracts/snapshots';
import type { SnapshotWatch } from '@pontage/snapshots';

/** A credential that a resource names, and how often its secrets are to be replaced. */
export interface NamedCredential {
  readonly credentialId: string;
  readonly resourceId: string;
  /** Whose own it is; null: that of all environments without one. */
  readonly environment: string | null;
  /** Null: never. */
  readonly rotation: ResourceSettings['rotation'];
}

/** Which credentials resources name, as the registry has told last. */
export class NamedCredentials {
  constructor(private readonly watch: SnapshotWatch<typeof resources>) {}

  /** False while this process may have missed what the registry has told: nothing is to be ended or told then. */
  isFresh(): boolean {
    return this.watch.isFresh();
  }

  /** True when the resource names this credential now. */
  isNamed(org: string, resourceId: string, credentialId: string): boolean {
    return this.of(`${org}.${resourceId}`).some((each) => each.credentialId === credentialId);
  }

  /** Those whose secrets are to be replaced now and then, by organisation. */
  withRotation(): ReadonlyMap<string, NamedCredential[]> {
    const byOrganisation = new Map<string, NamedCredential[]>();
    for (const [key, { rotation }] of this.watch.entries()) {
      // What an older registry has told lacks the setting.
      if ((rotation ?? null) === null) continue;
      const org = key.slice(0, key.indexOf('.'));
      byOrganisation.set(org, [...(byOrganisation.get(org) ?? []), ...this.of(key)]);
    }
    return byOrganisation;
  }

  private of(key: string): NamedCredential[] {
    const resource = this.watch.get(key);
    if (resource === undefined) return [];
    const { id: resourceId, credentialId, rotation, environments } = resource;
    const own = Object.entries(environments).map(([environment, each]) => [environment, each.credentialId] as const);
    const named = [[null, credentialId] as const, ...own.filter(([, id]) => id !== credentialId)];
    return named.flatMap(([environment, id]) =>
      id === null ? [] : [{ credentialId: id, resourceId, environment, rotation }],
    );
  }
}
