import { actorOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { installRotation } from '@pontage/contracts/resource-registry';
import { CallTransactions, type CallWork } from '../call/call-transactions.js';
import { requireAccess } from '../group/reach.js';
import { recordUpdated } from '../resource/resource-events.js';
import { ResourceStore } from '../resource/resource-store.js';
import { everywhere, nextVersion, viewOf, type SavedResource } from '../resource/resource.js';
import { requireTarget, RotationClaims, withReplacement } from './rotation-claims.js';

type Install = ParsedRequestOf<typeof installRotation>;

/** As with every change of a credential, the broker is asked first. */
@serves(installRotation)
export class InstallRotation implements Serves<typeof installRotation> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly claims: RotationClaims,
  ) {}

  async handle(install: Install, call: Call): Promise<ReplyOf<typeof installRotation>> {
    const { resource: reference, environment, draftId } = install;
    const found = await this.transactions.run(call, async (work) => {
      const resource = await this.resources.find(work, reference);
      accept(work, resource, install);
      return resource;
    });
    const replacement = await this.claims.claim(found, environment, draftId, call);
    return this.transactions.run(call, async (work) => {
      // Whatever else has been changed meanwhile stays.
      const before = await this.resources.lock(work, found.id);
      accept(work, before, install);
      const content = withReplacement(before, environment ?? everywhere, replacement);
      const after = nextVersion(before, content, actorOf(call.principal));
      await this.resources.update(work, after);
      recordUpdated(work, before, after);
      return viewOf(after);
    });
  }
}

function accept(work: CallWork, resource: SavedResource, { environment, basedOn }: Install): void {
  requireAccess(work.reach, 'resources', resource.id, 'edit', environment === undefined ? undefined : [environment]);
  requireTarget(resource, environment, basedOn);
}
