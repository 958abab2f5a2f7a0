import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { findResource } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { requireReading } from '../group/reach.js';
import { ResourceStore } from './resource-store.js';
import { SettlingRotations } from '../rotation/settling-rotations.js';
import { viewOf } from './resource.js';

@serves(findResource)
export class FindResource implements Serves<typeof findResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly rotations: SettlingRotations,
  ) {}

  handle(
    { resource: reference }: ParsedRequestOf<typeof findResource>,
    call: Call,
  ): Promise<ReplyOf<typeof findResource>> {
    return this.transactions.run(call, async (work) => {
      const resource = await this.resources.find(work, reference);
      requireReading(work.reach, 'resources', resource.id);
      return viewOf(resource, (id) => this.rotations.since(work.org, id));
    });
  }
}
