import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { checkResource } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { requireCreation } from '../group/reach.js';
import { Regions } from '../region/regions.js';
import { asStored, refuseUnknownKept, sealedPlacesOf } from '../resource-secrets/sealed-values.js';
import { checkSettings } from './check-settings.js';

/** A resource that is not saved, as far as it can be told whether it could be. */
@serves(checkResource)
export class CheckResource implements Serves<typeof checkResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly regions: Regions,
  ) {}

  async handle(
    { settings }: ParsedRequestOf<typeof checkResource>,
    call: Call,
  ): Promise<ReplyOf<typeof checkResource>> {
    checkSettings(settings, this.regions);
    refuseUnknownKept(undefined, settings);
    await this.transactions.run(call, (work) => {
      requireCreation(work.reach, 'resources');
      return Promise.resolve();
    });
    const slots = sealedPlacesOf(settings).flatMap(({ value }) => ('draft' in value ? [value.draft] : []));
    return { settings: asStored(settings, Object.fromEntries(slots.map((slot) => [slot, slot]))) };
  }
}
