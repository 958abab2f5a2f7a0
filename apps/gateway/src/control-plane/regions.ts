import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageOf, pageRequest } from '@pontage/contracts';
import { regionId } from '@pontage/contracts/resource-registry';
import { z } from 'zod';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';
import { breakersOf, regionBreakers } from './breakers-of.js';
import { regionsOf } from './egress-regions.js';

const region = z.strictObject({
  id: regionId,
  /** Where it is, when its id is one that is widely known. */
  location: z.string().nullable(),
  outboundIps: z.array(z.string()),
  workers: z.array(
    z.strictObject({
      id: z.string(),
      version: z.string(),
      inflight: z.number(),
      capacity: z.number(),
      since: z.iso.datetime(),
      draining: z.boolean(),
    }),
  ),
  state: z.enum(['open', 'draining']),
  ...regionBreakers.shape,
});

@Controller()
export class Regions {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/regions',
    access: 'regions:read',
    summary: 'Lists the regions that have workers now, and those workers.',
    query: pageRequest.extend({ cursor: regionId.optional() }),
    reply: pageOf(region),
  })
  async listRegions({ query: { limit, cursor = '' }, call }: Asked<{ query: typeof pageRequest }>) {
    // Regions come and go with their workers, so a page begins behind a name and not behind a row.
    const present = this.bus.presence.all();
    const rest = regionsOf(present).filter(({ id }) => id > cursor);
    const data = rest.slice(0, limit).map((region) => ({ ...region, ...breakersOf(present, region.id, call) }));
    return { data, nextCursor: rest.length > limit ? (data.at(-1)?.id ?? null) : null };
  }
}
