import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listResourceVersions } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { requireReading } from '../group/reach.js';
import { ResourceStore } from '../resource/resource-store.js';
import { viewOf } from '../resource/resource.js';

@serves(listResourceVersions)
export class ListResourceVersions implements Serves<typeof listResourceVersions> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
  ) {}

  handle(
    { resource: reference, ...page }: ParsedRequestOf<typeof listResourceVersions>,
    call: Call,
  ): Promise<ReplyOf<typeof listResourceVersions>> {
    return this.transactions.run(call, async (work) => {
      const resource = await this.resources.find(work, reference);
      requireReading(work.reach, 'resources', resource.id);
      const { data, nextCursor } = await this.resources.listVersions(work, resource, page);
      return {
        data: data.map((each) => ({
          version: each.version,
          at: each.savedAt,
          by: each.savedBy,
          resource: viewOf(each),
        })),
        nextCursor,
      };
    });
  }
}
