import type { Bus, PresenceRecord } from '@pontage/bus';
import { regions } from '@pontage/contracts/snapshots';
import type { RegionSetting } from '@pontage/contracts/resource-registry';
import { SnapshotWatch } from '@pontage/snapshots';

/** What of a region's cap is each worker's: together they have exactly as much, to within one of each other. */
export function shareOf(
  own: string,
  { maxInflight, drainedWorkers }: Pick<RegionSetting, 'maxInflight' | 'drainedWorkers'>,
  workers: readonly string[],
): number {
  if (maxInflight === null) return Infinity;
  const present = [...new Set([...workers, own])].sort();
  const undrained = present.filter((id) => !drainedWorkers.includes(id));
  const taking = undrained.length > 0 ? undrained : present;
  const place = taking.indexOf(own);
  if (place < 0) return 0;
  return Math.floor(maxInflight / taking.length) + (place < maxInflight % taking.length ? 1 : 0);
}

/** Keeps a worker to its share of what its region may have in hand, as workers come and go and operators decide. */
export class RegionShare {
  private watch: SnapshotWatch<typeof regions> | undefined;
  private readonly stopListening: () => void;

  constructor(
    private readonly bus: Bus,
    private readonly apply: (share: number) => void,
  ) {
    this.stopListening = bus.presence.onChange(() => this.look());
  }

  /** Follows what operators decide from now on; the worker need not wait for the bucket to work. */
  async follow(): Promise<void> {
    this.watch = await SnapshotWatch.open(this.bus, regions);
    this.watch.onChange(() => this.look());
    this.look();
  }

  stop(): void {
    this.stopListening();
    this.watch?.stop();
  }

  private look(): void {
    const { region = '', instance } = this.bus.identity;
    const setting = this.watch?.get(region);
    if (setting === undefined) return;
    this.apply(shareOf(instance, setting, this.bus.presence.live('egress-worker', region).map(idOf)));
  }
}

const idOf = ({ instance }: PresenceRecord): string => instance;
