import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { deleteResource } from '@pontage/contracts/resource-registry';
import { inUse } from '@pontage/problems';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireVersion } from '../call/if-version.js';
import { requireAccess } from '../group/reach.js';
import { CredentialClaims } from '../resource-secrets/credential-claims.js';
import { ResourceLinks } from './resource-links.js';
import { ResourceStore } from './resource-store.js';
import { chosenOf } from './resource.js';

@serves(deleteResource)
export class DeleteResource implements Serves<typeof deleteResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly links: ResourceLinks,
    private readonly credentials: CredentialClaims,
  ) {}

  handle(
    { resource: reference, ifVersion }: ParsedRequestOf<typeof deleteResource>,
    call: Call,
  ): Promise<ReplyOf<typeof deleteResource>> {
    return this.transactions.run(call, async (work) => {
      const resource = await this.resources.lock(work, reference);
      const { id, version } = resource;
      requireAccess(work.reach, 'resources', id, 'own');
      requireVersion(version, ifVersion);
      const by = await this.links.callersOf(work, id);
      if (by.length > 0) throw inUse({ by });
      const hasCredential = await this.resources.hasCredential(work, resource);
      await this.links.dropFromGroups(work, id);
      await this.resources.delete(work, resource);
      work.record('resource.deleted', { resource: { id, version }, changes: changesBetween(chosenOf(resource), {}) });
      // Last, so that nothing but the commit can fail after it; a broker that is away keeps the resource from going.
      if (hasCredential) await this.credentials.forget(id, call);
      return {};
    });
  }
}
