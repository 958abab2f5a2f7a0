import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { draftCredential } from '@pontage/contracts/auth-broker';
import { applyResources, maxResourcesInSet, planResources, resourceGiven } from '@pontage/contracts/resource-registry';
import { throwBelow } from '@pontage/problems';
import { z } from 'zod';
import type { Asked } from '../../routes/asked.js';
import { route } from '../../routes/route.js';
import { draftResource } from './draft-resource.js';

const entry = resourceGiven.extend({ authentication: z.record(z.string(), z.json()).default({ method: 'none' }) });
const set = z.strictObject({
  resources: z.array(entry).max(maxResourcesInSet),
  prune: planResources.request.shape.prune,
  basis: planResources.request.shape.basis,
});
type Set = z.output<typeof set>;

/** Resources as code: a state that they shall have, as a whole. */
@Controller()
export class ResourceSets {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'POST',
    path: '/api/v1/resources/plan',
    access: 'resources:write',
    summary: 'Says what it would take to bring the resources to a state. Changes nothing.',
    calls: planResources,
    body: set,
    also: { problems: draftCredential.problems },
  })
  async planResources({ body, call }: Asked<{ body: typeof set }>) {
    return this.bus.request(planResources, await this.drafted(body, call), call);
  }

  @route({
    method: 'POST',
    path: '/api/v1/resources/apply',
    access: 'resources:write',
    summary: 'Brings the resources to a state: all of it, or nothing.',
    calls: applyResources,
    body: set,
    also: { problems: draftCredential.problems },
  })
  async applyResources({ body, call }: Asked<{ body: typeof set }>) {
    return this.bus.request(applyResources, await this.drafted(body, call), call);
  }

  private async drafted({ resources, ...rest }: Set, call: Call) {
    const drafts = resources.map((each, index) =>
      draftResource(this.bus, each, call).catch(throwBelow(`/resources/${index}`)),
    );
    return { ...rest, resources: await Promise.all(drafts) };
  }
}
