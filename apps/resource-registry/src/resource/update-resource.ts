import { actorOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { updateResource, type ResourceDraft } from '@pontage/contracts/resource-registry';
import { preconditionFailed } from '@pontage/problems';
import { CallTransactions, type CallWork } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireVersion } from '../call/if-version.js';
import { requireAccess } from '../group/reach.js';
import { Regions } from '../region/regions.js';
import { checkSettings } from './check-settings.js';
import { ResourceClaims } from '../resource-secrets/resource-claims.js';
import { ResourceStore } from './resource-store.js';
import {
  chosenOf,
  nextVersion,
  refuseMovedSecret,
  viewOf,
  type Credential,
  type SavedResource,
  type SealedSettings,
} from './resource.js';

type Update = ParsedRequestOf<typeof updateResource>;

/** What the broker keeps for the version that is about to be saved. */
interface Claimed {
  readonly before: SavedResource;
  readonly sealed: SealedSettings;
  /** Null: it stays as it is. */
  readonly credential: Credential | null;
}

/** As with a new resource, the broker is asked first. */
@serves(updateResource)
export class UpdateResource implements Serves<typeof updateResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly claims: ResourceClaims,
    private readonly regions: Regions,
  ) {}

  async handle(update: Update, call: Call): Promise<ReplyOf<typeof updateResource>> {
    const isClaiming = update.draftId !== undefined || update.secretsDraftId !== undefined;
    const claimed = isClaiming ? await this.claim(update, call) : undefined;
    return this.transactions.run(call, async (work) => {
      const before = await this.resources.lock(work, update.resource);
      const draft = await this.merge(work, before, update);
      // The claims were made on what was there a moment ago.
      if (claimed !== undefined && claimed.before.version !== before.version) throw preconditionFailed({});
      if (update.draftId === undefined) refuseMovedSecret(before, draft);
      const sealed = claimed?.sealed ?? (await this.claims.settings(before.id, before, draft, {}, call));
      const credential = claimed?.credential ?? before;
      const after = nextVersion(before, sealed, credential, actorOf(call.principal));
      const changes = changesBetween(chosenOf(before), chosenOf(after));
      if (changes.length === 0 && claimed === undefined) return viewOf(before);
      await this.resources.update(work, after);
      work.record('resource.updated', { resource: { id: after.id, version: after.version }, changes });
      return viewOf(after);
    });
  }

  private async claim(update: Update, call: Call): Promise<Claimed> {
    const { before, draft } = await this.transactions.run(call, async (work) => {
      const before = await this.resources.find(work, update.resource);
      return { before, draft: await this.merge(work, before, update) };
    });
    if (update.draftId === undefined) refuseMovedSecret(before, draft);
    const sealed = await this.claims.settings(before.id, before, draft, update, call);
    return { before, sealed, credential: await this.claims.credential(before.id, before, draft, update, call) };
  }

  private async merge(work: CallWork, before: SavedResource, { settings, ifVersion }: Update): Promise<ResourceDraft> {
    requireAccess(work.reach, 'resources', before.id, 'edit');
    requireVersion(before.version, ifVersion);
    const merged = { ...before.settings, ...settings };
    checkSettings(merged, this.regions);
    await this.claims.refuseBrought(work, before, merged);
    return merged;
  }
}
