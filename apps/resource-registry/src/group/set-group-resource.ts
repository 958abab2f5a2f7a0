import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { setGroupResource } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { ResourceStore } from '../resource/resource-store.js';
import { GroupStore } from './group-store.js';
import { requireEverything, requireKnown } from './reach.js';

@serves(setGroupResource)
export class SetGroupResource implements Serves<typeof setGroupResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly groups: GroupStore,
    private readonly resources: ResourceStore,
  ) {}

  handle(
    { id, resource, access }: ParsedRequestOf<typeof setGroupResource>,
    call: Call,
  ): Promise<ReplyOf<typeof setGroupResource>> {
    return this.transactions.run(call, async (work) => {
      requireKnown(work.reach, id);
      requireEverything(work.reach);
      const group = await this.groups.lock(work, id);
      const { id: resourceId, version } = await this.resources.find(work, resource);
      const before = group.resources.find((each) => each.resource === resourceId)?.access ?? null;
      if (before === access) return group;
      const changes = [{ pointer: `/resources/${resourceId}`, from: before, to: access }];
      work.record('group.updated', { resource: { id: resourceId, version }, data: { group: id }, changes });
      return this.groups.setResource(work, group, resourceId, access);
    });
  }
}
