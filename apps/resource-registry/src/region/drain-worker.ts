import { serves, type Serves } from '@pontage/bus';
import { holdsScope, type Call, type ParsedRequestOf, type ReplyOf } from '@pontage/contracts';
import { drainWorker } from '@pontage/contracts/resource-registry';
import { missingScope, notFound } from '@pontage/problems';
import { RegionDecisions } from './region-decisions.js';
import { Regions } from './regions.js';

@serves(drainWorker)
export class DrainWorker implements Serves<typeof drainWorker> {
  constructor(
    private readonly regions: Regions,
    private readonly decisions: RegionDecisions,
  ) {}

  async handle(
    { region, worker }: ParsedRequestOf<typeof drainWorker>,
    call: Call,
  ): Promise<ReplyOf<typeof drainWorker>> {
    if (!holdsScope(call.principal, 'regions:write')) throw missingScope({ scope: 'regions:write' });
    const present = this.regions.workersOf(region);
    if (!present.includes(worker)) throw notFound({});
    return this.decisions.decide(
      region,
      (held) => ({
        ...held,
        // A worker has another id after each start, so those that are gone need not be remembered.
        drainedWorkers: [...held.drainedWorkers.filter((id) => id !== worker && present.includes(id)), worker],
      }),
      call,
    );
  }
}
