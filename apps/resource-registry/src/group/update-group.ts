import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { updateGroup } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireVersion } from '../call/if-version.js';
import { beginsToManage, closeResources } from '../organisation/close-resources.js';
import { OrganisationStore } from '../organisation/organisation-store.js';
import { GroupStore } from './group-store.js';
import { requireEverything, requireKnown } from './reach.js';

@serves(updateGroup)
export class UpdateGroup implements Serves<typeof updateGroup> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly groups: GroupStore,
    private readonly organisations: OrganisationStore,
  ) {}

  handle(
    { id, settings, ifVersion }: ParsedRequestOf<typeof updateGroup>,
    call: Call,
  ): Promise<ReplyOf<typeof updateGroup>> {
    return this.transactions.run(call, async (work) => {
      requireKnown(work.reach, id);
      requireEverything(work.reach);
      const group = await this.groups.lock(work, id);
      requireVersion(group.version, ifVersion);
      const { name, allApps, allResources } = group;
      const before = { name, allApps, allResources };
      const changes = changesBetween(before, { ...before, ...settings });
      if (changes.length === 0) return group;
      if (beginsToManage(before.allResources, settings.allResources ?? before.allResources))
        await closeResources(work, this.organisations);
      work.record('group.updated', { data: { group: id }, changes });
      return this.groups.update(work, group, { ...before, ...settings });
    });
  }
}
