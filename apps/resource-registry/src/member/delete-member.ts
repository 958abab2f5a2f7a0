import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { deleteMember } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { requireVersion } from '../call/if-version.js';
import { requireEverything } from '../group/reach.js';
import { Exclusions } from './exclusions.js';
import { MemberLeaving } from './member-leaving.js';
import { MemberStore } from './member-store.js';
import { refuseHigher } from './member.js';

@serves(deleteMember)
export class DeleteMember implements Serves<typeof deleteMember> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly members: MemberStore,
    private readonly exclusions: Exclusions,
    private readonly leaving: MemberLeaving,
  ) {}

  handle({ id, ifVersion }: ParsedRequestOf<typeof deleteMember>, call: Call): Promise<ReplyOf<typeof deleteMember>> {
    return this.exclusions.around(call, { id, ifVersion }, () =>
      this.transactions.run(call, async (work) => {
        requireEverything(work.reach);
        const member = await this.members.lock(work, id);
        refuseHigher(call.principal, member.role);
        requireVersion(member.version, ifVersion);
        await this.leaving.remove(work, member);
        work.record('member.deleted', { data: { member: id, email: member.email } });
        return {};
      }),
    );
  }
}
