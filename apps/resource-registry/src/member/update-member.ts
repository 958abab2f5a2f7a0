import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { updateMember } from '@pontage/contracts/resource-registry';
import { CallTransactions, type CallWork } from '../call/call-transactions.js';
import { requireVersion } from '../call/if-version.js';
import { Exclusions } from './exclusions.js';
import { MemberChange } from './member-change.js';
import { MemberStore } from './member-store.js';
import { viewOf } from './member.js';

@serves(updateMember)
export class UpdateMember implements Serves<typeof updateMember> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly members: MemberStore,
    private readonly exclusions: Exclusions,
    private readonly change: MemberChange,
  ) {}

  async handle(asked: ParsedRequestOf<typeof updateMember>, call: Call): Promise<ReplyOf<typeof updateMember>> {
    const { id, changes, ifVersion, sessionHash } = asked;
    const { password, currentPassword, ...settings } = changes;
    const change = async () => {
      const proven = await this.transactions.run(call, (work) => this.change.askedBy(work, id, changes));
      const passwordHash = await this.change.passwordFor(proven, { password, currentPassword });
      return this.transactions.run(call, async (work: CallWork) => {
        const before = await this.members.lock(work, id);
        requireVersion(before.version, ifVersion);
        // To hash takes a while: what was proven may hold no longer.
        this.change.requireSame(proven, before, call);
        return viewOf(await this.change.apply(work, before, { ...settings, ...passwordHash }, sessionHash));
      });
    };
    return settings.disabled === true ? this.exclusions.around(call, { id, ifVersion }, change) : change();
  }
}
