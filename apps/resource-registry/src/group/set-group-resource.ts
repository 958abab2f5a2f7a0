import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { setGroupResource, type Group } from '@pontage/contracts/resource-registry';
import { CallTransactions, type CallWork } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { beginsToManage, closeResources } from '../organisation/close-resources.js';
import { OrganisationStore } from '../organisation/organisation-store.js';
import { ResourceStore } from '../resource/resource-store.js';
import { checkEnvironments, recorded, type Grant } from './grant.js';
import { GroupStore } from './group-store.js';
import { requireEverything, requireKnown } from './reach.js';

@serves(setGroupResource)
export class SetGroupResource implements Serves<typeof setGroupResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly groups: GroupStore,
    private readonly resources: ResourceStore,
    private readonly organisations: OrganisationStore,
  ) {}

  handle(
    { id, resource, access, environments }: ParsedRequestOf<typeof setGroupResource>,
    call: Call,
  ): Promise<ReplyOf<typeof setGroupResource>> {
    return this.transactions.run(call, async (work) => {
      requireKnown(work.reach, id);
      requireEverything(work.reach);
      const group = await this.groups.lock(work, id);
      const { id: resourceId, version } = await this.resources.find(work, resource);
      const grant = access === null ? null : { access, environments };
      const before = grantOf(group, resourceId);
      if (grant !== null) await this.prepare(work, before, grant);
      if (changesBetween(before, grant).length === 0) return group;
      const changes = [{ pointer: `/resources/${resourceId}`, from: recorded(before), to: recorded(grant) }];
      work.record('group.updated', { resource: { id: resourceId, version }, data: { group: id }, changes });
      return this.groups.setResource(work, group, resourceId, grant);
    });
  }

  /** Nobody takes an environment of the grant away meanwhile. */
  private async prepare(work: CallWork, before: Grant | null, grant: Grant): Promise<void> {
    if (beginsToManage(before?.access, grant.access)) await closeResources(work, this.organisations);
    checkEnvironments(grant, (await this.organisations.find(work, 'reference')).environments);
  }
}

function grantOf({ resources }: Group, id: string): Grant | null {
  const found = resources.find(({ resource }) => resource === id);
  return found === undefined ? null : { access: found.access, environments: found.environments };
}
