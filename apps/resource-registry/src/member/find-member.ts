import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { findMember } from '@pontage/contracts/resource-registry';
import { notFound } from '@pontage/problems';
import { CallTransactions } from '../call/call-transactions.js';
import { MemberStore } from './member-store.js';
import { viewOf } from './member.js';

@serves(findMember)
export class FindMember implements Serves<typeof findMember> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly members: MemberStore,
  ) {}

  handle({ id }: ParsedRequestOf<typeof findMember>, call: Call): Promise<ReplyOf<typeof findMember>> {
    return this.transactions.run(call, async (work) => {
      const isSelf = call.principal.type === 'member' && call.principal.id === id;
      // Whoever is restricted to groups does not learn who else there is.
      if (!isSelf && work.reach !== 'everything') throw notFound({});
      return viewOf(await this.members.find(work, id));
    });
  }
}
