import { serves, type Serves } from '@pontage/bus';
import type { ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { checkRegion } from '@pontage/contracts/resource-registry';
import { Regions } from './regions.js';

/** The regions are those that the registry was started with. */
@serves(checkRegion)
export class CheckRegion implements Serves<typeof checkRegion> {
  constructor(private readonly regions: Regions) {}

  handle({ region }: ParsedRequestOf<typeof checkRegion>): Promise<ReplyOf<typeof checkRegion>> {
    this.regions.require(region);
    return Promise.resolve({});
  }
}
