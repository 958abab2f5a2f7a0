import { actorOf, serves, type Serves } from '@pontage/bus';
import { groupsOf, holdsScope, type Call, type ParsedRequestOf, type ReplyOf } from '@pontage/contracts';
import { createOrganisation } from '@pontage/contracts/resource-registry';
import { UnitOfWork } from '@pontage/persistence';
import { forbidden, missingScope } from '@pontage/problems';
import { entryOf } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { Regions } from '../region/regions.js';
import { TokenStore } from '../token/token-store.js';
import { changesOfToken, newToken } from '../token/token.js';
import { OrganisationStore } from './organisation-store.js';
import { newOrganisation, settingsOf } from './organisation.js';

@serves(createOrganisation)
export class CreateOrganisation implements Serves<typeof createOrganisation> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly organisations: OrganisationStore,
    private readonly tokens: TokenStore,
    private readonly regions: Regions,
  ) {}

  async handle(
    draft: ParsedRequestOf<typeof createOrganisation>,
    call: Call,
  ): Promise<ReplyOf<typeof createOrganisation>> {
    if (!holdsScope(call.principal, 'operator')) throw missingScope({ scope: 'operator' });
    // The new organisation's admin token reaches all of it.
    if (groupsOf(call.principal) !== null)
      throw forbidden({}, { detail: 'A token that is restricted to groups adds no organisation.' });
    const region = draft.defaultRegion ?? this.regions.first;
    this.regions.require(region);
    const organisation = newOrganisation(draft.name, region);
    const token = newToken({ name: 'admin', scopes: ['admin'] }, draft.adminTokenHash, actorOf(call.principal).display);
    // What happens to an organisation is in its own record, whoever does it.
    const inside = { ...call, org: organisation.id };
    await this.unitOfWork.run(organisation.id, async (work) => {
      await this.organisations.insert(work, organisation);
      await this.tokens.insert(work, token);
      work.audit(entryOf(inside, 'organisation.created', { changes: changesBetween({}, settingsOf(organisation)) }));
      work.audit(entryOf(inside, 'token.created', { data: { token: token.id }, changes: changesOfToken(token) }));
    });
    return { organisation, adminTokenId: token.id };
  }
}
