import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { setGroupMember } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { Exclusions } from '../member/exclusions.js';
import { MemberStore } from '../member/member-store.js';
import { GroupStore } from './group-store.js';
import { requireEverything, requireKnown } from './reach.js';

@serves(setGroupMember)
export class SetGroupMember implements Serves<typeof setGroupMember> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly groups: GroupStore,
    private readonly members: MemberStore,
    private readonly exclusions: Exclusions,
  ) {}

  handle(
    { id, member: memberId, isIn }: ParsedRequestOf<typeof setGroupMember>,
    call: Call,
  ): Promise<ReplyOf<typeof setGroupMember>> {
    return this.transactions.run(call, async (work) => {
      requireKnown(work.reach, id);
      requireEverything(work.reach);
      const group = await this.groups.lock(work, id);
      const member = await this.members.lock(work, memberId);
      if (member.groupIds.includes(id) === isIn) return group;
      const others = member.groupIds.filter((each) => each !== id);
      const groupIds = isIn ? [...others, id].sort((a, b) => a - b) : others;
      await this.members.update(work, { ...member, groupIds, version: this.exclusions.nextVersion(work.org, member) });
      work.record('member.updated', {
        data: { member: memberId, group: id },
        changes: [{ pointer: '/groupIds', from: [...member.groupIds], to: groupIds }],
      });
      return group;
    });
  }
}
