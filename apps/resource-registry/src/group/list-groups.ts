import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listGroups } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { GroupStore } from './group-store.js';

@serves(listGroups)
export class ListGroups implements Serves<typeof listGroups> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly groups: GroupStore,
  ) {}

  handle(page: ParsedRequestOf<typeof listGroups>, call: Call): Promise<ReplyOf<typeof listGroups>> {
    return this.transactions.run(call, async (work) => {
      const only = work.reach === 'everything' ? undefined : work.reach.groups.map(({ id }) => id);
      return this.groups.list(work, page, only);
    });
  }
}
