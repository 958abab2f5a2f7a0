import type { CallWork } from '../call/call-transactions.js';
import type { MemberSessionStore } from '../member-session/member-session-store.js';
import type { TokenStore } from '../token/token-store.js';
import type { Exclusions } from './exclusions.js';
import type { MemberRules } from './member-rules.js';
import type { MemberStore } from './member-store.js';
import type { SavedMember } from './member.js';

/** What goes with a member. */
export class MemberLeaving {
  constructor(
    private readonly stores: {
      readonly members: MemberStore;
      readonly sessions: MemberSessionStore;
      readonly tokens: TokenStore;
    },
    private readonly rules: MemberRules,
    private readonly exclusions: Exclusions,
  ) {}

  /** Removes a member with his sessions and tokens. @throws lastAdmin */
  async remove(work: CallWork, member: SavedMember): Promise<void> {
    const { members, sessions, tokens } = this.stores;
    await this.rules.requireOtherAdmin(work, member);
    await sessions.endThoseOf(work, member.id);
    await tokens.endThoseOf(work, member.id);
    await members.delete(work, { ...member, version: this.exclusions.versionAfter(work.org, member) });
  }

  /** Ends a member's sessions, but for the one of this hash. */
  async endSessions(work: CallWork, member: SavedMember, but?: string): Promise<void> {
    await this.stores.sessions.endThoseOf(work, member.id, but);
  }
}
