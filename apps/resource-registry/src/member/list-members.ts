import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listMembers } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { requireEverything } from '../group/reach.js';
import { MemberStore } from './member-store.js';
import { viewOf } from './member.js';

@serves(listMembers)
export class ListMembers implements Serves<typeof listMembers> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly members: MemberStore,
  ) {}

  handle(page: ParsedRequestOf<typeof listMembers>, call: Call): Promise<ReplyOf<typeof listMembers>> {
    return this.transactions.run(call, async (work) => {
      requireEverything(work.reach);
      const { data, nextCursor } = await this.members.list(work, page);
      return { data: data.map(viewOf), nextCursor };
    });
  }
}
