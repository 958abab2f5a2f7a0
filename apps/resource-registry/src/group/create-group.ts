import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { createGroup } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { beginsToManage, closeResources } from '../organisation/close-resources.js';
import { OrganisationStore } from '../organisation/organisation-store.js';
import { GroupStore } from './group-store.js';
import { requireEverything } from './reach.js';

@serves(createGroup)
export class CreateGroup implements Serves<typeof createGroup> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly groups: GroupStore,
    private readonly organisations: OrganisationStore,
  ) {}

  handle(settings: ParsedRequestOf<typeof createGroup>, call: Call): Promise<ReplyOf<typeof createGroup>> {
    return this.transactions.run(call, async (work) => {
      requireEverything(work.reach);
      if (beginsToManage(undefined, settings.allResources)) await closeResources(work, this.organisations);
      const group = await this.groups.insert(work, settings);
      work.record('group.created', { data: { group: group.id }, changes: changesBetween({}, settings) });
      return group;
    });
  }
}
