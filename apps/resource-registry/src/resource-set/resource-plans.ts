import { randomUUID } from 'node:crypto';
import type { Call, ParsedRequestOf } from '@pontage/contracts';
import type { planResources } from '@pontage/contracts/resource-registry';
import { invalidRequest, isProblem, notFound, resourceNameTaken, throwBelow } from '@pontage/problems';
import type { CallTransactions, CallWork } from '../call/call-transactions.js';
import { refuseOversize } from '../call/size-limit.js';
import { requireAccess, requireCreation, requireEverything } from '../group/reach.js';
import type { ResourceClaims } from '../resource-secrets/resource-claims.js';
import type { ResourceStore } from '../resource/resource-store.js';
import type { SavedResource } from '../resource/resource.js';
import type { SettingsCheck } from '../resource-settings/settings-check.js';
import {
  basisOf,
  changedSince,
  differencesOf,
  isSaving,
  type PlannedChange,
  type WeighedChange,
} from './planned-change.js';

type Wanted = ParsedRequestOf<typeof planResources>;
type Entry = Wanted['resources'][number];

/** Resources a page of the store; a plan that prunes looks at all of them. */
const pageSize = 200;

/** What it takes to bring the resources to a state. */
export interface ResourcePlan {
  readonly changes: readonly WeighedChange[];
  readonly basis: string;
}

/** Compares the resources that there are with those that shall be. */
export class ResourcePlans {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly claims: ResourceClaims,
    private readonly check: SettingsCheck,
  ) {}

  /**
   * The plan of a set; nothing is changed, and the drafts stay.
   * @throws Problem whatever would keep it from being carried out, as far as that can be known; its pointers begin with
   * the resource's place in the set. `precondition-failed` when it does not stand on the given basis.
   */
  async make(wanted: Wanted, call: Call): Promise<ResourcePlan> {
    refuseOversize(wanted.resources);
    refuseRepeats(wanted.resources);
    const planned = await this.transactions.run(call, async (work) => [
      ...(await this.wantedIn(work, wanted.resources)),
      ...(wanted.prune ? await this.othersIn(work, wanted.resources) : []),
    ]);
    const basis = basisOf(planned);
    if (wanted.basis !== undefined && wanted.basis !== basis) throw changedSince();
    const changes: WeighedChange[] = [];
    for (const change of planned) changes.push(await this.weigh(change, call));
    return { changes, basis };
  }

  private async wantedIn(work: CallWork, entries: readonly Entry[]): Promise<PlannedChange[]> {
    const planned: PlannedChange[] = [];
    for (const [index, entry] of entries.entries()) {
      const at = `/resources/${index}`;
      planned.push(await this.planned(work, entry, at).catch(throwBelow(at)));
    }
    return planned;
  }

  private async planned(work: CallWork, drafted: Entry, at: string): Promise<PlannedChange> {
    const before = await this.named(work, drafted.settings.name);
    await this.check.accept(work, drafted.settings, before?.settings);
    if (before !== undefined) return { action: 'update', id: before.id, before, drafted, at };
    requireCreation(work.reach, 'resources');
    return { action: 'create', id: randomUUID(), before, drafted, at };
  }

  /** @throws resourceNameTaken for one that the caller may not know of */
  private async named(work: CallWork, name: string): Promise<SavedResource | undefined> {
    const before = await this.resources.find(work, name).catch(absent);
    if (before === undefined) return undefined;
    try {
      requireAccess(work.reach, 'resources', before.id, 'edit');
    } catch (error) {
      throw isProblem(error, notFound) ? resourceNameTaken({ name }) : error;
    }
    return before;
  }

  private async othersIn(work: CallWork, entries: readonly Entry[]): Promise<PlannedChange[]> {
    requireEverything(work.reach);
    const names = new Set(entries.map(({ settings }) => settings.name));
    const others: PlannedChange[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.resources.list(work, { limit: pageSize, cursor }, undefined);
      for (const before of page.data) if (!names.has(before.settings.name)) others.push({ action: 'delete', before });
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return others;
  }

  /** An update that would change nothing is none. */
  private async weigh(change: PlannedChange, call: Call): Promise<WeighedChange> {
    if (!isSaving(change)) return { ...change, differences: differencesOf(change.before, undefined) };
    const { before } = change;
    const content = await this.claims.content({ ...change, isTrial: true }, call).catch(throwBelow(change.at));
    const differences = differencesOf(before, content);
    if (before !== undefined && differences.length === 0) return { action: 'none', before, differences };
    return { ...change, differences };
  }
}

function refuseRepeats(entries: readonly Entry[]): void {
  const names = entries.map(({ settings }) => settings.name);
  const errors = names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [{ pointer: `/resources/${index}/name`, detail: 'The set has a resource of this name already.' }]
      : [],
  );
  if (errors.length > 0) throw invalidRequest({}, { errors });
}

function absent(error: unknown): undefined {
  if (!isProblem(error, notFound)) throw error;
}
