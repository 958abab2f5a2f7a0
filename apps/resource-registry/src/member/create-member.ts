import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { createMember } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { requireEverything } from '../group/reach.js';
import { MemberRules } from './member-rules.js';
import { MemberStore } from './member-store.js';
import { changesOfMember, newMember, refuseHigher, viewOf } from './member.js';
import { Passwords } from '../password/passwords.js';

@serves(createMember)
export class CreateMember implements Serves<typeof createMember> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly members: MemberStore,
    private readonly rules: MemberRules,
    private readonly passwords: Passwords,
  ) {}

  async handle(
    { password, ...draft }: ParsedRequestOf<typeof createMember>,
    call: Call,
  ): Promise<ReplyOf<typeof createMember>> {
    refuseHigher(call.principal, draft.role);
    const passwordHash = password === undefined ? null : await this.passwords.hash(password);
    return this.transactions.run(call, async (work) => {
      requireEverything(work.reach);
      await this.rules.requireGroups(work, draft.groupIds);
      await this.rules.requireFreeEmail(work, draft.email);
      const member = newMember({ ...draft, passwordHash });
      await this.members.insert(work, member);
      work.record('member.created', { data: { member: member.id }, changes: changesOfMember(undefined, member) });
      return viewOf(member);
    });
  }
}
