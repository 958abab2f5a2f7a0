import { type Bus } from '@pontage/bus';
import { undecided, type RegionSetting } from '@pontage/contracts/resource-registry';
import { regionOf, regionsOf, type EgressRegion } from './egress-regions.js';

/** What is asked of the snapshot of regions. */
export interface RegionSnapshot {
  entries(): Iterable<readonly [string, RegionSetting]>;
}

/** The regions as this process sees them now. */
export class RegionDirectory {
  constructor(
    private readonly bus: Bus,
    private readonly snapshot: RegionSnapshot,
  ) {}

  list(): EgressRegion[] {
    return regionsOf(this.bus.presence.all(), this.snapshot.entries());
  }

  /** A region with what has just been decided of it, which the snapshot may not hold yet. */
  show(id: string, setting: RegionSetting = undecided): EgressRegion {
    const workers = this.bus.presence
      .all()
      .filter(({ service, region }) => service === 'egress-worker' && region === id);
    return regionOf(id, setting, workers);
  }
}
