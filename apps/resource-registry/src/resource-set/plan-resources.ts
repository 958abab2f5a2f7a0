import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { planResources } from '@pontage/contracts/resource-registry';
import { viewOf } from './planned-change.js';
import { ResourcePlans } from './resource-plans.js';

@serves(planResources)
export class PlanResources implements Serves<typeof planResources> {
  constructor(private readonly plans: ResourcePlans) {}

  async handle(wanted: ParsedRequestOf<typeof planResources>, call: Call): Promise<ReplyOf<typeof planResources>> {
    const { changes, basis } = await this.plans.make(wanted, call);
    return { changes: changes.map(viewOf), basis };
  }
}
