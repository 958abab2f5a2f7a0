import { holdsScope, type Call } from '@pontage/contracts';
import type { memberChanges } from '@pontage/contracts/resource-registry';
import { forbidden, invalidRequest, notFound } from '@pontage/problems';
import type { z } from 'zod';
import type { CallWork } from '../call/call-transactions.js';
import type { Exclusions } from './exclusions.js';
import type { MemberLeaving } from './member-leaving.js';
import type { MemberRules } from './member-rules.js';
import type { MemberStore } from './member-store.js';
import { changesOfMember, refuseHigher, type SavedMember } from './member.js';
import type { Passwords } from '../password/passwords.js';

type Changes = z.output<typeof memberChanges>;
type Settings = Partial<Pick<SavedMember, 'email' | 'name' | 'role' | 'disabled' | 'passwordHash'>>;

/** A member who is about to be changed, and whether he does it himself. */
interface Proven {
  readonly member: SavedMember;
  readonly bySelf: boolean;
}

/** What a member may change about himself. */
const ofOneself: ReadonlySet<string> = new Set(['name', 'password', 'currentPassword']);

/** Changes of members: who may make which, and what follows from them. */
export class MemberChange {
  constructor(
    private readonly members: MemberStore,
    private readonly rules: MemberRules,
    private readonly passwords: Passwords,
    private readonly after: { readonly leaving: MemberLeaving; readonly exclusions: Exclusions },
  ) {}

  /**
   * The member, if the caller may change this about him: whoever manages members all of it, he himself a little.
   * @throws notFound, forbidden
   */
  async askedBy({ reach, call, ...work }: CallWork, id: string, changes: Changes): Promise<Proven> {
    const { principal } = call;
    const bySelf = principal.type === 'member' && principal.id === id;
    const byManager = holdsScope(principal, 'members:write') && reach === 'everything';
    if (!bySelf && !byManager) throw notFound({});
    if (bySelf && !byManager && principal.token !== null)
      throw forbidden({}, { detail: 'A member changes himself in a session; a token needs the scope members:write.' });
    const member = await this.members.find(work, id);
    const beyond = Object.keys(changes).find((name) => !ofOneself.has(name));
    if (beyond !== undefined && !byManager)
      throw forbidden({}, { detail: `A member does not change his own ${beyond}.` });
    // A token may do less than its owner.
    if (!bySelf || beyond !== undefined) refuseHigher(principal, member.role);
    if (changes.role !== undefined) refuseHigher(principal, changes.role);
    if (!bySelf && changes.currentPassword !== undefined)
      throw wrongField('currentPassword', 'Only he himself gives this.');
    if (bySelf && changes.password !== undefined) refuseUnproven(principal.token !== null, byManager, member);
    return { member, bySelf };
  }

  /** Holds what somebody has proven, and may, against the member as he is when it is stored. @throws invalidRequest, forbidden */
  requireSame({ member, bySelf }: Proven, now: SavedMember, { principal }: Call): void {
    if (!bySelf) refuseHigher(principal, now.role);
    else if (member.passwordHash !== now.passwordHash)
      throw wrongField('currentPassword', 'Your password has just been changed.');
  }

  /** The hash of a new password. Whoever changes his own proves that he knows the old one. @throws invalidRequest */
  async passwordFor(
    { member, bySelf }: Proven,
    { password, currentPassword }: Pick<Changes, 'password' | 'currentPassword'>,
  ): Promise<Pick<Settings, 'passwordHash'>> {
    if (password === undefined) return {};
    if (bySelf && member.passwordHash !== null) {
      if (currentPassword === undefined)
        throw wrongField('currentPassword', 'The password that you have now is needed.');
      if (!(await this.passwords.verify(member.passwordHash, currentPassword)))
        throw wrongField('currentPassword', 'This is not the password that you have now.');
    }
    return { passwordHash: await this.passwords.hash(password) };
  }

  /** Saves what differs, and ends what it ends. @throws lastAdmin, memberEmailTaken */
  async apply(work: CallWork, before: SavedMember, given: Settings, sessionHash?: string): Promise<SavedMember> {
    const after = { ...before, ...given };
    const changes = changesOfMember(before, after);
    if (changes.length === 0 && this.after.exclusions.isTold(work.org, before)) return before;
    if (after.role !== 'admin' || after.disabled) await this.rules.requireOtherAdmin(work, before);
    if (after.email !== before.email) await this.rules.requireFreeEmail(work, after.email);
    const saved = { ...after, version: this.after.exclusions.versionAfter(work.org, before) };
    await this.members.update(work, saved);
    if (after.disabled) await this.after.leaving.endSessions(work, saved);
    else if (after.passwordHash !== before.passwordHash) await this.after.leaving.endSessions(work, saved, sessionHash);
    if (changes.length > 0) work.record('member.updated', { data: { member: saved.id }, changes });
    return saved;
  }
}

/** Whoever has a session, and no password to prove himself by, would make a second way in that his provider cannot close. */
function refuseUnproven(isToken: boolean, byManager: boolean, { passwordHash }: SavedMember): void {
  if (isToken) throw forbidden({}, { detail: 'A password is changed in a session, not with a token.' });
  if (passwordHash === null && !byManager)
    throw forbidden({}, { detail: 'Who manages members gives the first password.' });
}

const wrongField = (name: string, detail: string): Error =>
  invalidRequest({}, { errors: [{ pointer: `/${name}`, detail }] });
