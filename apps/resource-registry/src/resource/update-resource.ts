import { actorOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { updateResource } from '@pontage/contracts/resource-registry';
import { preconditionFailed } from '@pontage/problems';
import { CallTransactions, type CallWork } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireVersion } from '../call/if-version.js';
import { requireAccess } from '../group/reach.js';
import { environmentsOf, mergeSettings } from '../resource-settings/merge-settings.js';
import { needsClaims, ResourceClaims, type DraftedResource } from '../resource-secrets/resource-claims.js';
import { recordUpdated } from './resource-events.js';
import { ResourceStore } from './resource-store.js';
import { chosenOf, nextVersion, viewOf, type ResourceContent, type SavedResource } from './resource.js';
import { SettingsCheck } from '../resource-settings/settings-check.js';

type Update = ParsedRequestOf<typeof updateResource>;
type Reply = ReplyOf<typeof updateResource>;

/** What the broker keeps for the version that is about to be saved. */
interface Claimed {
  readonly before: SavedResource;
  readonly content: ResourceContent;
}

/** As with a new resource, the broker is asked first. */
@serves(updateResource)
export class UpdateResource implements Serves<typeof updateResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly claims: ResourceClaims,
    private readonly check: SettingsCheck,
  ) {}

  async handle(update: Update, call: Call): Promise<Reply> {
    const claimed = needsClaims(update) ? await this.claim(update, call) : undefined;
    return this.transactions.run(call, async (work) => {
      const before = await this.resources.lock(work, update.resource);
      const draft = await this.merge(work, before, update);
      // The claims were made on what was there a moment ago.
      if (claimed !== undefined && claimed.before.version !== before.version) throw preconditionFailed({});
      const saving = { id: before.id, before, drafted: draft, work };
      const content = claimed?.content ?? (await this.claims.content(saving, call));
      const after = nextVersion(before, content, actorOf(call.principal));
      if (claimed === undefined && changesBetween(chosenOf(before), chosenOf(after)).length === 0)
        return viewOf(before);
      await this.resources.update(work, after);
      recordUpdated(work, before, after);
      return viewOf(after);
    });
  }

  private async claim(update: Update, call: Call): Promise<Claimed> {
    const { before, draft } = await this.transactions.run(call, async (work) => {
      const before = await this.resources.find(work, update.resource);
      return { before, draft: await this.merge(work, before, update) };
    });
    return { before, content: await this.claims.content({ id: before.id, before, drafted: draft }, call) };
  }

  private async merge(
    work: CallWork,
    before: SavedResource,
    { settings, ifVersion, ...drafts }: Update,
  ): Promise<DraftedResource> {
    const within = drafts.draftId === undefined ? environmentsOf(settings) : undefined;
    requireAccess(work.reach, 'resources', before.id, 'edit', within);
    requireVersion(before.version, ifVersion);
    const merged = mergeSettings(before.settings, settings);
    await this.check.accept(work, merged, before.settings);
    return { ...drafts, settings: merged };
  }
}
