import { randomUUID } from 'node:crypto';
import { actorOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { createResource } from '@pontage/contracts/resource-registry';
import { isProblem, unavailable } from '@pontage/problems';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireCreation } from '../group/reach.js';
import { Regions } from '../region/regions.js';
import { checkSettings } from './check-settings.js';
import { ResourceClaims } from '../resource-secrets/resource-claims.js';
import { ResourceStore } from './resource-store.js';
import { chosenOf, firstVersion, noCredential, viewOf, type SavedResource } from './resource.js';

/** The broker is asked first: a resource whose secret nobody keeps is never saved. */
@serves(createResource)
export class CreateResource implements Serves<typeof createResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly claims: ResourceClaims,
    private readonly regions: Regions,
  ) {}

  async handle(
    { settings, ...drafts }: ParsedRequestOf<typeof createResource>,
    call: Call,
  ): Promise<ReplyOf<typeof createResource>> {
    checkSettings(settings, this.regions);
    const id = randomUUID();
    const by = actorOf(call.principal);
    if (drafts.draftId === undefined && drafts.secretsDraftId === undefined) {
      const sealed = await this.claims.settings(id, undefined, settings, drafts, call);
      return this.save(firstVersion(id, sealed, noCredential, by), call);
    }

    await this.transactions.run(call, async (work) => {
      requireCreation(work.reach, 'resources');
      await this.claims.refuseBrought(work, undefined, settings);
      await this.resources.refuseTaken(work, settings.name);
    });
    try {
      const sealed = await this.claims.settings(id, undefined, settings, drafts, call);
      const credential = await this.claims.credential(id, undefined, settings, drafts, call);
      return await this.save(firstVersion(id, sealed, credential ?? noCredential, by), call);
    } catch (error) {
      // `unavailable` may mean that it was saved after all.
      if (!isProblem(error, unavailable)) await this.claims.forget(id, call).catch(() => undefined);
      throw error;
    }
  }

  private save(resource: SavedResource, call: Call): Promise<ReplyOf<typeof createResource>> {
    return this.transactions.run(call, async (work) => {
      requireCreation(work.reach, 'resources');
      await this.claims.refuseBrought(work, undefined, resource.settings);
      await this.resources.insert(work, resource);
      const { id, version } = resource;
      work.record('resource.created', { resource: { id, version }, changes: changesBetween({}, chosenOf(resource)) });
      return viewOf(resource);
    });
  }
}
