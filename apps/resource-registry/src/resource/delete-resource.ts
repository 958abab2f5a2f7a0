import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { deleteResource } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { requireVersion } from '../call/if-version.js';
import { requireAccess } from '../group/reach.js';
import { ResourceRemoval } from './resource-removal.js';
import { ResourceStore } from './resource-store.js';

@serves(deleteResource)
export class DeleteResource implements Serves<typeof deleteResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly removal: ResourceRemoval,
  ) {}

  handle(
    { resource: reference, ifVersion }: ParsedRequestOf<typeof deleteResource>,
    call: Call,
  ): Promise<ReplyOf<typeof deleteResource>> {
    return this.transactions.run(call, async (work) => {
      const resource = await this.resources.lock(work, reference);
      requireAccess(work.reach, 'resources', resource.id, 'own');
      requireVersion(resource.version, ifVersion);
      const removed = await this.removal.remove(work, resource);
      await this.removal.forgetSecrets(work, [removed]);
      return {};
    });
  }
}
