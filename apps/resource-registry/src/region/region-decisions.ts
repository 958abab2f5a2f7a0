import type { Call } from '@pontage/contracts';
import { undecided, type RegionSetting } from '@pontage/contracts/resource-registry';
import { regions } from '@pontage/contracts/snapshots';
import type { UnitOfWork } from '@pontage/persistence';
import { isProblem, unavailable } from '@pontage/problems';
import type { SnapshotWriter } from '@pontage/snapshots';
import { entryOf } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import type { RegionStore } from './region-store.js';

/** One decision on its way to those who have to know of it. */
interface Decision {
  readonly region: string;
  readonly before: RegionSetting;
  readonly setting: RegionSetting;
  readonly version: number;
  readonly call: Call;
}

type Change = (held: RegionSetting) => RegionSetting;

const maxTries = 5;
const heardWithinMs = 2_000;
const retryMs = 1_000;

/**
 * What operators decide of regions. What keeps requests away is told first and stored second, so that it takes effect in
 * milliseconds and while the database is down; what lets them in again is stored first.
 */
export class RegionDecisions {
  private unstored: Decision[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly store: RegionStore,
    private readonly bucket: SnapshotWriter<typeof regions>,
  ) {}

  /** @throws unavailable when nobody could be told, or nothing could be stored that lets requests in */
  async decide(region: string, change: Change, call: Call): Promise<RegionSetting> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const before = this.bucket.watch.get(region) ?? undecided;
      const setting = { ...change(before), org: call.org };
      const version = (this.bucket.watch.versionOf(region) ?? 0) + 1;
      const decision: Decision = { region, before, setting, version, call };
      if (keepsAway(before, setting)) {
        // Of two who decide at once, one has to look again.
        if (!(await this.tell(decision))) continue;
        await this.keep(decision).catch((error: unknown) => {
          if (!isProblem(error, unavailable)) throw error;
          this.keepLater(decision);
        });
        return setting;
      }
      await this.keep(decision);
      if (await this.isHeld(decision)) return setting;
    }
    throw unavailable({}, { note: `${maxTries} operators decided of ${region} at once` });
  }

  /** Lists a region from now on, whether it has workers or not. */
  async note(region: string): Promise<void> {
    if (this.bucket.watch.versionOf(region) === undefined)
      await this.bucket.put(region, { version: 1, value: undecided });
  }

  /** Stores what an earlier process told, but did not get to store. */
  async storeTold(org: string): Promise<void> {
    const principal = { type: 'service', id: 'resource-registry', display: 'resource-registry' } as const;
    for (const [region, setting] of this.bucket.watch.entries()) {
      if (setting.org !== org) continue;
      const version = this.bucket.watch.versionOf(region) ?? 0;
      const kept = await this.unitOfWork.run(org, (work) => this.store.versionOf(work, region));
      if (kept < version)
        await this.keep({ region, before: undecided, setting, version, call: { org, principal, requestId: '' } });
    }
  }

  /** Ends the background work. */
  stop(): void {
    clearTimeout(this.timer);
  }

  private async tell(decision: Decision): Promise<boolean> {
    const { region, version, setting } = decision;
    try {
      await this.bucket.put(region, { version, value: setting });
    } catch (cause) {
      throw unavailable({}, { cause, note: 'the regions bucket did not acknowledge a decision' });
    }
    return this.isHeld(decision);
  }

  private async isHeld({ region, version, setting }: Decision): Promise<boolean> {
    const { watch } = this.bucket;
    await watch.until(() => ((watch.versionOf(region) ?? 0) >= version ? true : undefined), heardWithinMs);
    return watch.versionOf(region) !== version || JSON.stringify(watch.get(region)) === JSON.stringify(setting);
  }

  private async keep({ region, before, setting, version, call }: Decision): Promise<void> {
    await this.unitOfWork.run(call.org, async (work) => {
      await this.store.save(work, region, setting, version);
      work.snapshot(regions, region, { version, value: setting });
      const [worker] = setting.drainedWorkers.filter((id) => !before.drainedWorkers.includes(id));
      const changes = changesBetween(decidedOf(before), decidedOf(setting));
      work.audit(
        worker === undefined
          ? entryOf(call, 'region.updated', { data: { region }, changes })
          : entryOf(call, 'worker.drained', { data: { region, worker } }),
      );
    });
  }

  private keepLater(decision: Decision): void {
    this.unstored.push(decision);
    this.timer ??= setTimeout(() => void this.keepUnstored(), retryMs).unref();
  }

  private async keepUnstored(): Promise<void> {
    this.timer = undefined;
    for (const decision of this.unstored.splice(0)) await this.keep(decision).catch(() => this.keepLater(decision));
  }
}

const decidedOf = ({ state, maxInflight }: RegionSetting) => ({ state, maxInflight });

const openness = ['closed', 'draining', 'open'] as const;

/** True when fewer requests come to the region, or to one of its workers, than before. */
function keepsAway(before: RegionSetting, after: RegionSetting): boolean {
  return (
    openness.indexOf(after.state) < openness.indexOf(before.state) ||
    (after.maxInflight ?? Infinity) < (before.maxInflight ?? Infinity) ||
    after.drainedWorkers.some((worker) => !before.drainedWorkers.includes(worker))
  );
}
