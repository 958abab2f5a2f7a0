import { actorOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { updateResource } from '@pontage/contracts/resource-registry';
import { preconditionFailed } from '@pontage/problems';
import { CallTransactions, type CallWork } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireVersion } from '../call/if-version.js';
import { requireAccess } from '../group/reach.js';
import { Regions } from '../region/regions.js';
import { CredentialClaims } from './credential-claims.js';
import { ResourceStore } from './resource-store.js';
import {
  checkSettings,
  chosenOf,
  isDestinationChanged,
  nextVersion,
  refuseMovedSecret,
  viewOf,
  type Credential,
  type SavedResource,
} from './resource.js';

type Update = ParsedRequestOf<typeof updateResource>;

/** As with a new resource, the broker is asked first. */
@serves(updateResource)
export class UpdateResource implements Serves<typeof updateResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly credentials: CredentialClaims,
    private readonly regions: Regions,
  ) {}

  async handle(update: Update, call: Call): Promise<ReplyOf<typeof updateResource>> {
    const claimed = await this.claim(update, call);
    return this.transactions.run(call, async (work) => {
      const before = await this.resources.lock(work, update.resource);
      const settings = this.merge(work, before, update);
      // The claim was made on what was there a moment ago.
      if (claimed !== undefined && claimed.version !== before.version) throw preconditionFailed({});
      if (claimed === undefined) refuseMovedSecret(before, settings);
      const after = nextVersion(before, settings, claimed?.credential ?? before, actorOf(call.principal));
      const changes = changesBetween(chosenOf(before), chosenOf(after));
      if (changes.length === 0 && claimed === undefined) return viewOf(before);
      await this.resources.update(work, after);
      work.record('resource.updated', { resource: { id: after.id, version: after.version }, changes });
      return viewOf(after);
    });
  }

  private async claim(update: Update, call: Call): Promise<{ version: number; credential: Credential } | undefined> {
    const { draftId } = update;
    if (draftId === undefined) return undefined;
    const { before, settings } = await this.transactions.run(call, async (work) => {
      const before = await this.resources.find(work, update.resource);
      return { before, settings: this.merge(work, before, update) };
    });
    const destinationChanged = isDestinationChanged(before.settings, settings);
    const claim = { draftId, resourceId: before.id, basedOn: before.credentialId, destinationChanged };
    return { version: before.version, credential: await this.credentials.claim(claim, call) };
  }

  private merge(work: CallWork, before: SavedResource, { settings, ifVersion }: Update): SavedResource['settings'] {
    requireAccess(work.reach, 'resources', before.id, 'edit');
    requireVersion(before.version, ifVersion);
    const merged = { ...before.settings, ...settings };
    checkSettings(merged, this.regions);
    return merged;
  }
}
