import { holdsScope, type MemberPrincipal } from '@pontage/contracts';
import { scopesOfRole } from '@pontage/contracts/resource-registry';
import type { members, organisations, tokens, ValueOf } from '@pontage/contracts/snapshots';

/** What a member's principal is made of. */
export interface ActingMember {
  readonly id: string;
  readonly member: ValueOf<typeof members>;
  /** Absent: the organisation is not known yet, and open to nobody. */
  readonly organisation: ValueOf<typeof organisations> | undefined;
  /** The token that he comes with; absent: he comes with a session. */
  readonly token?: ValueOf<typeof tokens>;
}

/** A member with what he may do now: what his role and his groups give, and of that what his token holds. */
export function principalOf({ id, member, organisation, token }: ActingMember): MemberPrincipal {
  const isAdmin = member.role === 'admin';
  const whole: MemberPrincipal = {
    type: 'member',
    id,
    display: member.email,
    email: member.email,
    scopes: [...scopesOfRole[member.role]],
    groupIds: isAdmin ? null : member.groupIds,
    openResources: !isAdmin && member.groupIds.length === 0 && organisation?.openResources === true,
    token: null,
  };
  if (token === undefined) return whole;
  return {
    ...whole,
    scopes: token.scopes.filter((scope) => holdsScope(whole, scope)),
    groupIds: both(whole.groupIds, token.groupIds),
    // A token that was restricted to groups does not reach everything once they are gone.
    openResources: whole.openResources && token.groupIds === null,
    token: token.id,
  };
}

/** True when a member still may everything that he could before. */
export function holdsStill(before: MemberPrincipal, now: MemberPrincipal): boolean {
  const groups = both(before.groupIds, now.groupIds);
  return (
    before.scopes.every((scope) => holdsScope(now, scope)) &&
    (now.groupIds === null || (before.groupIds !== null && groups?.length === before.groupIds.length)) &&
    (now.openResources || !before.openResources)
  );
}

/** The groups of both; null restricts nothing. */
function both(some: readonly number[] | null, others: readonly number[] | null): number[] | null {
  if (some === null) return others === null ? null : [...others];
  return others === null ? [...some] : some.filter((id) => others.includes(id));
}
