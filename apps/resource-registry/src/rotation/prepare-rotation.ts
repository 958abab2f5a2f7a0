import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { prepareRotation } from '@pontage/contracts/resource-registry';
import { invalidRequest } from '@pontage/problems';
import { CallTransactions } from '../call/call-transactions.js';
import { requireAccess } from '../group/reach.js';
import { OrganisationStore } from '../organisation/organisation-store.js';
import { ResourceStore } from '../resource/resource-store.js';
import { targetOf } from './rotation-claims.js';

/** Says which credential a rotation would be about. */
@serves(prepareRotation)
export class PrepareRotation implements Serves<typeof prepareRotation> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly organisations: OrganisationStore,
  ) {}

  handle(
    { resource: reference, environment }: ParsedRequestOf<typeof prepareRotation>,
    call: Call,
  ): Promise<ReplyOf<typeof prepareRotation>> {
    return this.transactions.run(call, async (work) => {
      const resource = await this.resources.find(work, reference);
      requireAccess(
        work.reach,
        'resources',
        resource.id,
        'edit',
        environment === undefined ? undefined : [environment],
      );
      const { environments: own } = resource.settings;
      const { environments } = await this.organisations.find(work);
      const isOwn = (name: string): boolean => Object.hasOwn(own, name) && own[name]?.authentication !== undefined;
      const testedIn = environment ?? environments.find((name) => !isOwn(name));
      if (testedIn === undefined)
        throw invalidRequest({}, { detail: 'Every environment has a credential of its own: name the environment.' });
      return { resourceId: resource.id, testedIn, ...targetOf(resource, environment) };
    });
  }
}
