import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageOf } from '@pontage/contracts';
import { regionId } from '@pontage/contracts/resource-registry';
import { z } from 'zod';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';
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
});

@Controller()
export class Regions {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/regions',
    access: 'regions:read',
    summary: 'Lists the regions that have workers now, and those workers.',
    reply: pageOf(region),
  })
  async listRegions(_asked: Asked) {
    return { data: regionsOf(this.bus.presence.all()), nextCursor: null };
  }
}
