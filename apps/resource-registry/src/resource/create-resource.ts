import { randomUUID } from 'node:crypto';
import { actorOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { createResource } from '@pontage/contracts/resource-registry';
import { isProblem, unavailable } from '@pontage/problems';
import { CallTransactions, type CallWork } from '../call/call-transactions.js';
import { requireCreation } from '../group/reach.js';
import { needsClaims, ResourceClaims } from '../resource-secrets/resource-claims.js';
import { ResourceStore } from './resource-store.js';
import { recordCreated } from './resource-events.js';
import { firstVersion, viewOf } from './resource.js';
import { SettingsCheck } from '../resource-settings/settings-check.js';

type Draft = ParsedRequestOf<typeof createResource>;
type Reply = ReplyOf<typeof createResource>;

/** The broker is asked first: a resource whose secret nobody keeps is never saved. */
@serves(createResource)
export class CreateResource implements Serves<typeof createResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly claims: ResourceClaims,
    private readonly check: SettingsCheck,
  ) {}

  async handle(draft: Draft, call: Call): Promise<Reply> {
    const id = randomUUID();
    if (!needsClaims(draft)) return this.save(id, draft, call);
    await this.transactions.run(call, (work) => this.accept(work, draft));
    try {
      return await this.save(id, draft, call);
    } catch (error) {
      // `unavailable` may mean that it was saved after all.
      if (!isProblem(error, unavailable)) await this.claims.forget([id], call).catch(() => undefined);
      throw error;
    }
  }

  private async save(id: string, draft: Draft, call: Call): Promise<Reply> {
    const content = await this.claims.content({ id, before: undefined, drafted: draft }, call);
    return this.transactions.run(call, async (work) => {
      await this.accept(work, draft);
      const resource = firstVersion(id, content, actorOf(call.principal));
      await this.resources.insert(work, resource);
      recordCreated(work, resource);
      return viewOf(resource);
    });
  }

  private async accept(work: CallWork, { settings }: Draft): Promise<void> {
    requireCreation(work.reach, 'resources');
    await this.check.accept(work, settings, undefined);
    await this.resources.refuseTaken(work, settings.name);
  }
}
