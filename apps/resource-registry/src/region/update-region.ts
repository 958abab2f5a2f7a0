import { serves, type Serves } from '@pontage/bus';
import { holdsScope, type Call, type ParsedRequestOf, type ReplyOf } from '@pontage/contracts';
import { updateRegion } from '@pontage/contracts/resource-registry';
import { missingScope, notFound } from '@pontage/problems';
import { RegionDecisions } from './region-decisions.js';
import { Regions } from './regions.js';

@serves(updateRegion)
export class UpdateRegion implements Serves<typeof updateRegion> {
  constructor(
    private readonly regions: Regions,
    private readonly decisions: RegionDecisions,
  ) {}

  async handle(
    { region, settings }: ParsedRequestOf<typeof updateRegion>,
    call: Call,
  ): Promise<ReplyOf<typeof updateRegion>> {
    if (!holdsScope(call.principal, 'regions:write')) throw missingScope({ scope: 'regions:write' });
    if (!this.regions.has(region)) throw notFound({});
    const { state, maxInflight } = settings;
    return this.decisions.decide(
      region,
      (held) => ({
        ...held,
        ...(state === undefined ? {} : { state }),
        ...(maxInflight === undefined ? {} : { maxInflight }),
      }),
      call,
    );
  }
}
