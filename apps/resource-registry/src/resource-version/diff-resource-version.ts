import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { diffResourceVersion } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireReading } from '../group/reach.js';
import { ResourceStore } from '../resource/resource-store.js';
import { chosenOf } from '../resource/resource.js';

@serves(diffResourceVersion)
export class DiffResourceVersion implements Serves<typeof diffResourceVersion> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
  ) {}

  handle(
    { resource: reference, version }: ParsedRequestOf<typeof diffResourceVersion>,
    call: Call,
  ): Promise<ReplyOf<typeof diffResourceVersion>> {
    return this.transactions.run(call, async (work) => {
      const resource = await this.resources.find(work, reference);
      requireReading(work.reach, 'resources', resource.id);
      const after = await this.resources.findVersion(work, resource, version);
      const before = version === 1 ? {} : chosenOf(await this.resources.findVersion(work, resource, version - 1));
      return { version, changes: changesBetween(before, chosenOf(after)) };
    });
  }
}
