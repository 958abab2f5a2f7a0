import { randomUUID } from 'node:crypto';
import { holdsScope, type Principal } from '@pontage/contracts';
import { scopesOfRole, type Member, type MemberRole } from '@pontage/contracts/resource-registry';
import { forbidden } from '@pontage/problems';
import { changesBetween, type Change } from '../call/changes.js';

/** By whom and as whom somebody is known elsewhere. @see OpenID Connect Core 1.0, 2 */
export interface KnownAs {
  readonly issuer: string;
  readonly subject: string;
}

/** A member as he is kept. */
export interface SavedMember {
  readonly id: string;
  /** In lower case. */
  readonly email: string;
  readonly name: string;
  readonly role: MemberRole;
  readonly disabled: boolean;
  /** In the PHC string format; null: he has no password. */
  readonly passwordHash: string | null;
  readonly identities: readonly KnownAs[];
  readonly groupIds: readonly number[];
  readonly version: number;
  readonly createdAt: string;
  readonly lastSignedInAt: string | null;
}

/** A member who was just made. */
export function newMember(given: Pick<SavedMember, 'email'> & Partial<SavedMember>): SavedMember {
  return {
    name: '',
    role: 'member',
    disabled: false,
    passwordHash: null,
    identities: [],
    groupIds: [],
    lastSignedInAt: null,
    ...given,
    id: randomUUID(),
    version: 1,
    createdAt: new Date().toISOString(),
  };
}

/** A member as readers see him: his password's hash stays here. */
export function viewOf({ passwordHash, ...member }: SavedMember): Member {
  return {
    ...member,
    hasPassword: passwordHash !== null,
    identities: [...member.identities],
    groupIds: [...member.groupIds],
  };
}

/** What of a member the record shows: of a password, whether there is one. */
function recorded({ email, name, role, disabled, groupIds, passwordHash }: SavedMember): Record<string, unknown> {
  return { email, name, role, disabled, groupIds: [...groupIds], hasPassword: passwordHash !== null };
}

/** What becomes of a member, for its event; a password that is replaced by another is a change, too. */
export function changesOfMember(before: SavedMember | undefined, after: SavedMember): Change[] {
  const isReplaced =
    before !== undefined &&
    before.passwordHash !== null &&
    after.passwordHash !== null &&
    before.passwordHash !== after.passwordHash;
  return [
    ...changesBetween(before === undefined ? {} : recorded(before), recorded(after)),
    ...(isReplaced ? [{ pointer: '/password', from: 'set', to: 'replaced' }] : []),
  ];
}

/**
 * Nobody makes, changes or removes whoever may do more than he: he could make himself that one.
 * @throws forbidden
 */
export function refuseHigher(principal: Principal, role: MemberRole): void {
  const lacking = scopesOfRole[role].find((scope) => !holdsScope(principal, scope));
  if (lacking !== undefined)
    throw forbidden(
      {},
      { detail: `A member with the role ${role} has the scope ${lacking}, which is not yours to grant.` },
    );
}
