import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { updateOrganisation } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireVersion } from '../call/if-version.js';
import { requireEverything } from '../group/reach.js';
import { Regions } from '../region/regions.js';
import { EnvironmentUse } from './environment-use.js';
import { OrganisationStore } from './organisation-store.js';
import { refuseRepeats, settingsOf } from './organisation.js';

@serves(updateOrganisation)
export class UpdateOrganisation implements Serves<typeof updateOrganisation> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly organisations: OrganisationStore,
    private readonly environmentUse: EnvironmentUse,
    private readonly regions: Regions,
  ) {}

  handle(
    { settings, ifVersion }: ParsedRequestOf<typeof updateOrganisation>,
    call: Call,
  ): Promise<ReplyOf<typeof updateOrganisation>> {
    return this.transactions.run(call, async (work) => {
      requireEverything(work.reach);
      const organisation = await this.organisations.find(work, 'change');
      requireVersion(organisation.version, ifVersion);
      const changed = { ...organisation, ...settings, version: organisation.version + 1 };
      const changes = changesBetween(settingsOf(organisation), settingsOf(changed));
      if (changes.length === 0) return organisation;

      if (changed.defaultRegion !== organisation.defaultRegion) this.regions.require(changed.defaultRegion);
      refuseRepeats(changed);
      const gone = organisation.environments.filter((environment) => !changed.environments.includes(environment));
      await this.environmentUse.refuse(work, gone);
      await this.organisations.update(work, changed);
      work.record('organisation.updated', { changes });
      return changed;
    });
  }
}
