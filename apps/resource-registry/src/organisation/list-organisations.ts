import { serves, type Serves } from '@pontage/bus';
import { holdsScope, type Call, type ParsedRequestOf, type ReplyOf } from '@pontage/contracts';
import { listOrganisations } from '@pontage/contracts/resource-registry';
import { decodeCursor, pageOf, UnitOfWork } from '@pontage/persistence';
import { missingScope } from '@pontage/problems';
import { z } from 'zod';
import { OrganisationStore } from './organisation-store.js';

/** Lists by id: a lookup function gives the ids, and each organisation is read in a transaction of its own. */
@serves(listOrganisations)
export class ListOrganisations implements Serves<typeof listOrganisations> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly organisations: OrganisationStore,
  ) {}

  async handle(
    { limit, cursor }: ParsedRequestOf<typeof listOrganisations>,
    { principal }: Call,
  ): Promise<ReplyOf<typeof listOrganisations>> {
    if (!holdsScope(principal, 'operator')) throw missingScope({ scope: 'operator' });
    const after = decodeCursor(cursor, z.tuple([z.uuid()]))?.[0] ?? '';
    const ids = (await this.unitOfWork.ids('organisation_ids')).filter((id) => id > after).slice(0, limit + 1);
    const found = [];
    for (const id of ids) found.push(await this.unitOfWork.run(id, (work) => this.organisations.find(work)));
    return pageOf(
      found,
      limit,
      ({ id }) => [id],
      (organisation) => organisation,
    );
  }
}
