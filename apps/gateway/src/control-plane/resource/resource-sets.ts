import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import type { Call, RequestOf } from '@pontage/contracts';
import { draftCredential, dropDrafts } from '@pontage/contracts/auth-broker';
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
type DraftedSet = RequestOf<typeof planResources>;

/** As many as the broker drops in one call. */
const dropAtOnce = 100;

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
    return this.withDrafts(body, call, (drafted) => this.bus.request(planResources, drafted, call));
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
    return this.withDrafts(body, call, (drafted) => this.bus.request(applyResources, drafted, call));
  }

  /** Lets `use` have the set with drafts in the place of its secrets. Afterwards those go that nobody has claimed. */
  private async withDrafts<T>(set: Set, call: Call, use: (drafted: DraftedSet) => Promise<T>): Promise<T> {
    const made: string[] = [];
    try {
      return await use(await this.drafted(set, call, made));
    } finally {
      for (let first = 0; first < made.length; first += dropAtOnce) {
        const draftIds = made.slice(first, first + dropAtOnce);
        // What cannot be dropped now is swept.
        await this.bus.request(dropDrafts, { draftIds }, call).catch(() => undefined);
      }
    }
  }

  /** One resource after the other: thousands of drafts at once would keep the broker from everybody else. */
  private async drafted({ resources, ...rest }: Set, call: Call, made: string[]): Promise<DraftedSet> {
    const drafted: DraftedSet['resources'] = [];
    for (const [index, each] of resources.entries()) {
      drafted.push(await draftResource(this.bus, each, call, made).catch(throwBelow(`/resources/${index}`)));
    }
    return { ...rest, resources: drafted };
  }
}
