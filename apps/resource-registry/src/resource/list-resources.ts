import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listResources } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { idsWithin } from '../group/reach.js';
import { ResourceStore } from './resource-store.js';
import { SettlingRotations } from '../rotation/settling-rotations.js';
import { viewOf } from './resource.js';

@serves(listResources)
export class ListResources implements Serves<typeof listResources> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly rotations: SettlingRotations,
  ) {}

  handle(page: ParsedRequestOf<typeof listResources>, call: Call): Promise<ReplyOf<typeof listResources>> {
    return this.transactions.run(call, async (work) => {
      const { data, nextCursor } = await this.resources.list(work, page, idsWithin(work.reach, 'resources'));
      const settling = (id: string) => this.rotations.since(work.org, id);
      return { data: data.map((each) => viewOf(each, settling)), nextCursor };
    });
  }
}
