import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { findGroup } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { GroupStore } from './group-store.js';
import { requireKnown } from './reach.js';

@serves(findGroup)
export class FindGroup implements Serves<typeof findGroup> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly groups: GroupStore,
  ) {}

  handle({ id }: ParsedRequestOf<typeof findGroup>, call: Call): Promise<ReplyOf<typeof findGroup>> {
    return this.transactions.run(call, async (work) => {
      requireKnown(work.reach, id);
      return this.groups.find(work, id);
    });
  }
}
