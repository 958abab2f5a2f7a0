import type { Presence, PresenceRecord } from '@pontage/bus';
import { overloaded, regionUnavailable } from '@pontage/problems';

/**
 * The workers of each region with what this process has in flight at them. It chooses the less loaded of two at
 * random: near the best choice without everybody running to the same worker between two beats of presence.
 */
export class WorkerPool {
  private readonly inflight = new Map<string, number>();

  constructor(private readonly presence: Presence) {}

  /**
   * A worker of exactly this region, none of `avoid`.
   * @throws Problem `region-unavailable` when there is none, `overloaded` when all of them have been tried.
   */
  pick(region: string, avoid: ReadonlySet<string>): PresenceRecord {
    // One that has said no capacity yet is there, and does not listen.
    const live = this.presence.live('egress-worker', region).filter(({ capacity }) => capacity > 0);
    const candidates = avoid.size === 0 ? live : live.filter(({ instance }) => !avoid.has(instance));
    const [first, second] = twoOf(candidates);
    if (first === undefined)
      throw live.length === 0
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
