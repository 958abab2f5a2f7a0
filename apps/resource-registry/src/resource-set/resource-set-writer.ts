import type { Actor } from '@pontage/contracts/events';
import { isProblem, notFound, resourceNameTaken, throwBelow } from '@pontage/problems';
import type { CallWork } from '../call/call-transactions.js';
import { requireAccess, requireCreation, requireEverything } from '../group/reach.js';
import type { OrganisationStore } from '../organisation/organisation-store.js';
import { recordCreated, recordUpdated } from '../resource/resource-events.js';
import type { RemovedResource, ResourceRemoval } from '../resource/resource-removal.js';
import type { ResourceStore } from '../resource/resource-store.js';
import { firstVersion, nextVersion, type ResourceContent, type SavedResource } from '../resource/resource.js';
import type { SettingsCheck } from '../resource-settings/settings-check.js';
import { changedSince, isSaving, nameOf, type WeighedChange } from './planned-change.js';

/** A change whose secrets the broker keeps; there is nothing to save when a resource goes or stays. */
export interface ClaimedChange {
  readonly change: WeighedChange;
  readonly content: ResourceContent | undefined;
}

/** A change that was made; undefined: the resource is gone. */
export interface WrittenChange {
  readonly change: WeighedChange;
  readonly saved: SavedResource | undefined;
}

/** Writes the changes of a plan: all of them in the caller's transaction. */
export class ResourceSetWriter {
  constructor(
    private readonly organisations: OrganisationStore,
    private readonly resources: ResourceStore,
    private readonly removal: ResourceRemoval,
    private readonly check: SettingsCheck,
  ) {}

  /**
   * Sets are written one after the other, each in the order of its names, so that two of them never wait for one another.
   * @throws preconditionFailed when a resource is no longer as the plan has it; inUse; and whatever the plan would be refused
   * with by now
   */
  async write(work: CallWork, claimed: readonly ClaimedChange[], by: Actor): Promise<WrittenChange[]> {
    await this.organisations.find(work, 'change');
    const written: WrittenChange[] = [];
    const removed: RemovedResource[] = [];
    for (const { change, content } of claimed.toSorted(byName)) {
      await this.acceptAgain(work, change);
      const before = change.before && (await this.unchanged(work, change.before));
      if (before !== undefined && change.action === 'delete') removed.push(await this.removal.remove(work, before));
      const isSaved = isSaving(change) && content !== undefined;
      const saved = isSaved ? await this.save(work, change.id, before, content, by) : before;
      written.push({ change, saved: change.action === 'delete' ? undefined : saved });
    }
    await this.removal.forgetSecrets(work, removed);
    return written;
  }

  /** What was allowed and known when the plan was made may not be any more. */
  private async acceptAgain(work: CallWork, change: WeighedChange): Promise<void> {
    if (change.action === 'delete') requireEverything(work.reach);
    if (!isSaving(change)) return;
    const { id, before, drafted, at } = change;
    if (before === undefined) requireCreation(work.reach, 'resources');
    else requireAccess(work.reach, 'resources', id, 'edit');
    await this.check.acceptAgain(work, drafted.settings, before?.settings).catch(throwBelow(at));
  }

  private async unchanged(work: CallWork, { id, version }: SavedResource): Promise<SavedResource> {
    const now = await this.resources.lock(work, id).catch((error: unknown) => {
      throw isProblem(error, notFound) ? changedSince() : error;
    });
    if (now.version !== version) throw changedSince();
    return now;
  }

  private async save(
    work: CallWork,
    id: string,
    before: SavedResource | undefined,
    content: ResourceContent,
    by: Actor,
  ): Promise<SavedResource> {
    if (before !== undefined) {
      const after = nextVersion(before, content, by);
      await this.resources.update(work, after);
      recordUpdated(work, before, after);
      return after;
    }
    const first = firstVersion(id, content, by);
    await this.resources.insert(work, first).catch((error: unknown) => {
      throw isProblem(error, resourceNameTaken) ? changedSince() : error;
    });
    recordCreated(work, first);
    return first;
  }
}

const byName = (one: ClaimedChange, other: ClaimedChange): number =>
  nameOf(one.change) < nameOf(other.change) ? -1 : 1;
