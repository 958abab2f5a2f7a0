import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { findOrganisation } from '@pontage/contracts/resource-registry';
import { UnitOfWork } from '@pontage/persistence';
import { OrganisationStore } from './organisation-store.js';

@serves(findOrganisation)
export class FindOrganisation implements Serves<typeof findOrganisation> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly organisations: OrganisationStore,
  ) {}

  handle(_: ParsedRequestOf<typeof findOrganisation>, call: Call): Promise<ReplyOf<typeof findOrganisation>> {
    return this.unitOfWork.run(call.org, (work) => this.organisations.find(work));
  }
}
