import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { checkRegion } from '@pontage/contracts/resource-registry';
import { allRegions } from './connection-test.js';

/**
 * The regions that a test is sent from; null stands for the resource's own.
 * @throws unknownRegion
 */
export async function regionsToTest(bus: Bus, asked: string | undefined, call: Call): Promise<(string | null)[]> {
  if (asked === undefined) return [null];
  const live = bus.presence
    .live('egress-worker')
    .flatMap(({ region, capacity }) => (region !== null && capacity > 0 ? [region] : []));
  if (asked === allRegions) return [...new Set(live)].sort();
  // One that has no workers now may still be a region: only the registry knows.
  if (!live.includes(asked)) await bus.request(checkRegion, { region: asked }, call);
  return [asked];
}
