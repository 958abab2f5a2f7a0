import type { Presence, PresenceRecord } from '@pontage/bus';
import type { RegionSetting } from '@pontage/contracts/resource-registry';
import { overloaded, regionUnavailable } from '@pontage/problems';

/** What operators have decided of regions: the snapshot of them. */
export interface RegionSettings {
  get(region: string): RegionSetting | undefined;
}

/**
 * The workers of each region with what this process has in flight at them. It chooses the less loaded of two at
 * random: near the best choice without everybody running to the same worker between two beats of presence.
 */
export class WorkerPool {
  private readonly inflight = new Map<string, number>();

  constructor(
    private readonly presence: Presence,
    private readonly regions: RegionSettings,
  ) {}

  /** The first of these regions that takes queries; one that drains when no other does; the first one when none does. */
  choose(regions: readonly [string, ...string[]]): string {
    const [first, ...others] = regions;
    if (others.length === 0) return first;
    const stateOf = (id: string) => this.regions.get(id)?.state ?? 'open';
    const able = regions.filter((id) => stateOf(id) !== 'closed' && this.taking(id).length > 0);
    return able.find((id) => stateOf(id) === 'open') ?? able[0] ?? first;
  }

  /**
   * A worker of exactly this region, none of `avoid`.
   * @param isBegun what is in hand already goes on where nothing new begins
   * @throws Problem `region-unavailable` when there is none, `overloaded` when all of them have been tried.
   */
  pick(region: string, avoid: ReadonlySet<string>, isBegun = false): PresenceRecord {
    if (!isBegun && this.regions.get(region)?.state === 'closed')
      throw regionUnavailable({ region }, { detail: `The region ${region} is closed.` });
    const taking = this.taking(region);
    const candidates = avoid.size === 0 ? taking : taking.filter(({ instance }) => !avoid.has(instance));
    const [first, second] = twoOf(candidates);
    if (first === undefined)
      throw taking.length === 0
        ? regionUnavailable({ region })
        : overloaded({}, { detail: `No worker of ${region} takes more of this at once.` });
    return second !== undefined && this.load(second) < this.load(first) ? second : first;
  }

  /** Counts a dispatch to a worker. */
  started(instance: string): void {
    this.inflight.set(instance, (this.inflight.get(instance) ?? 0) + 1);
  }

  /** Counts its end. */
  ended(instance: string): void {
    const left = (this.inflight.get(instance) ?? 1) - 1;
    if (left > 0) this.inflight.set(instance, left);
    else this.inflight.delete(instance);
  }

  /** True while a dispatch of this process is in hand there. */
  hasInHand(instance: string): boolean {
    return this.inflight.has(instance);
  }

  /** The workers that take something new. A drained one does only as long as there is no other. */
  private taking(region: string): PresenceRecord[] {
    // One that has said no capacity yet is there, and does not listen.
    const live = this.presence.live('egress-worker', region).filter(({ capacity }) => capacity > 0);
    const drained = this.regions.get(region)?.drainedWorkers ?? [];
    if (drained.length === 0) return live;
    const others = live.filter(({ instance }) => !drained.includes(instance));
    return others.length > 0 ? others : live;
  }

  /** Ours are exact, the others' are as old as the last beat. */
  private load(worker: PresenceRecord): number {
    return (this.inflight.get(worker.instance) ?? 0) + worker.inflight / Math.max(1, worker.capacity);
  }
}

function twoOf(records: readonly PresenceRecord[]): [PresenceRecord | undefined, PresenceRecord | undefined] {
  if (records.length < 2) return [records[0], undefined];
  const first = Math.floor(Math.random() * records.length);
  const second = (first + 1 + Math.floor(Math.random() * (records.length - 1))) % records.length;
  return [records[first], records[second]];
}
