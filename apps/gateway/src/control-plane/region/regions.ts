import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageOf, pageRequest, type Call } from '@pontage/contracts';
import {
  drainWorker,
  regionCap,
  regionId,
  regionState,
  updateRegion,
  workerId,
} from '@pontage/contracts/resource-registry';
import { z } from 'zod';
import type { Asked } from '../../routes/asked.js';
import { route } from '../../routes/route.js';
import { breakersOf, regionBreakers } from './breakers-of.js';
import type { EgressRegion } from './egress-regions.js';
import { RegionDirectory } from './region-directory.js';

const worker = z.strictObject({
  id: z.string(),
  version: z.string(),
  inflight: z.number(),
  /** Requests that wait for a place. */
  queued: z.number(),
  /** As many may be in hand at once. */
  capacity: z.number(),
  since: z.iso.datetime(),
  /** It takes nothing new while another worker does. */
  draining: z.boolean(),
  /** How long requests took in the last minute; null: there were none. */
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** The share of them that failed, 0 to 1. */
  failures: z.number().nullable(),
});
const regionReply = z.strictObject({
  id: regionId,
  /** Where it is, when its id is one that is widely known. */
  location: z.string().nullable(),
  outboundIps: z.array(z.string()),
  state: regionState,
  /** The most requests in hand at all of its workers together; null: no limit. */
  maxInflight: regionCap,
  /** The middle of its workers' medians; null: there were no requests. */
  latencyMs: z.number().nullable(),
  workers: z.array(worker),
  ...regionBreakers.shape,
});
const byId = z.strictObject({ id: regionId });
const byWorker = byId.extend({ workerId });
const changes = updateRegion.request.shape.settings.refine(
  (given) => Object.keys(given).length > 0,
  'A state or a cap is needed.',
);

@Controller()
export class Regions {
  constructor(
    private readonly bus: Bus,
    private readonly directory: RegionDirectory,
  ) {}

  @route({
    method: 'GET',
    path: '/api/v1/regions',
    access: 'regions:read',
    summary: 'Lists the regions, what they take, and their workers.',
    query: pageRequest.extend({ cursor: regionId.optional() }),
    reply: pageOf(regionReply),
  })
  async listRegions({ query: { limit, cursor = '' }, call }: Asked<{ query: typeof pageRequest }>) {
    // Regions come and go with their workers, so a page begins behind a name and not behind a row.
    const rest = this.directory.list().filter(({ id }) => id > cursor);
    const data = rest.slice(0, limit).map((each) => this.shown(each, call));
    return { data, nextCursor: rest.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  @route({
    method: 'PATCH',
    path: '/api/v1/regions/:id',
    access: 'regions:write',
    summary: 'Opens, drains or closes a region, or caps what it has in hand.',
    calls: updateRegion,
    params: byId,
    body: changes,
    reply: regionReply,
  })
  async updateRegion({ params: { id }, body, call }: Asked<{ params: typeof byId; body: typeof changes }>) {
    const setting = await this.bus.request(updateRegion, { region: id, settings: body }, call);
    return this.shown(this.directory.show(id, setting), call);
  }

  @route({
    method: 'POST',
    path: '/api/v1/regions/:id/workers/:workerId/drain',
    access: 'regions:write',
    summary: 'Keeps new requests away from a worker, as far as its region has another one.',
    calls: drainWorker,
    params: byWorker,
    reply: regionReply,
  })
  async drainWorker({ params: { id, workerId: asked }, call }: Asked<{ params: typeof byWorker }>) {
    const setting = await this.bus.request(drainWorker, { region: id, worker: asked }, call);
    return this.shown(this.directory.show(id, setting), call);
  }

  private shown(region: EgressRegion, call: Call): z.input<typeof regionReply> {
    return { ...region, ...breakersOf(this.bus.presence.all(), region.id, call) };
  }
}
