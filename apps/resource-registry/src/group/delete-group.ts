import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { deleteGroup } from '@pontage/contracts/resource-registry';
import { CallTransactions, type CallWork } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireVersion } from '../call/if-version.js';
import { Exclusions } from '../member/exclusions.js';
import { MemberStore } from '../member/member-store.js';
import { TokenStore } from '../token/token-store.js';
import { GroupStore } from './group-store.js';
import { requireEverything, requireKnown } from './reach.js';

@serves(deleteGroup)
export class DeleteGroup implements Serves<typeof deleteGroup> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly groups: GroupStore,
    private readonly tokens: TokenStore,
    private readonly members: MemberStore,
    private readonly exclusions: Exclusions,
  ) {}

  handle({ id, ifVersion }: ParsedRequestOf<typeof deleteGroup>, call: Call): Promise<ReplyOf<typeof deleteGroup>> {
    return this.transactions.run(call, async (work) => {
      requireKnown(work.reach, id);
      requireEverything(work.reach);
      const group = await this.groups.lock(work, id);
      requireVersion(group.version, ifVersion);
      await this.leave(work, id);
      await this.groups.delete(work, group);
      await this.tokens.dropGroup(work, id);
      const { version: _, ...settings } = group;
      work.record('group.deleted', { data: { group: id }, changes: changesBetween(settings, {}) });
      return {};
    });
  }

  private async leave(work: CallWork, id: number): Promise<void> {
    for (const member of await this.members.lockThoseOf(work, id)) {
      const groupIds = member.groupIds.filter((each) => each !== id);
      await this.members.update(work, { ...member, groupIds, version: this.exclusions.nextVersion(work.org, member) });
    }
  }
}
