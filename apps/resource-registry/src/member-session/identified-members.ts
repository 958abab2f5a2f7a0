import type { Call } from '@pontage/contracts';
import type { Actor } from '@pontage/contracts/events';
import type { Identity } from '@pontage/contracts/resource-registry';
import type { Work } from '@pontage/persistence';
import { signInRefused } from '@pontage/problems';
import { entryOf } from '../call/call-transactions.js';
import type { GroupStore } from '../group/group-store.js';
import type { Exclusions } from '../member/exclusions.js';
import type { MemberStore } from '../member/member-store.js';
import type { OrganisationStore } from '../organisation/organisation-store.js';
import { changesOfMember, newMember, type SavedMember } from '../member/member.js';

/** Members whom an identity provider knows: by issuer and subject, never by an address that two providers may give to two people. */
export class IdentifiedMembers {
  constructor(
    private readonly members: MemberStore,
    private readonly groups: GroupStore,
    private readonly organisations: OrganisationStore,
    private readonly exclusions: Exclusions,
  ) {}

  /**
   * Makes somebody a member.
   * @param email false: he may not become one
   * @throws signInRefused
   */
  async join(work: Work, identity: Identity, call: Call, email: string | false): Promise<SavedMember> {
    if (email === false)
      throw signInRefused(
        {},
        { detail: 'The provider knows this person, but he is no member and does not become one.' },
      );
    // Of two first sign-ins at once, the second finds whom the first has made.
    await this.organisations.find(work, 'change');
    const known = await this.members.withIdentity(work, identity);
    if (known !== undefined) return this.keepUp(work, known, identity, call);
    const { issuer, subject, name } = identity;
    const groupIds = await this.groupsOf(work, identity, []);
    const member = newMember({ email, name, groupIds, identities: [{ issuer, subject }] });
    await this.members.insert(work, member);
    this.record(work, 'member.created', call, undefined, member);
    return member;
  }

  /** The member with the groups, and the name, that the provider has for him now. */
  async keepUp(work: Work, id: string, identity: Identity, call: Call): Promise<SavedMember> {
    const before = await this.members.lock(work, id);
    if (before.disabled) throw signInRefused({}, { detail: 'This member is disabled.' });
    const groupIds = await this.groupsOf(work, identity, before.groupIds);
    const name = identity.name === '' ? before.name : identity.name;
    const isSame = name === before.name && groupIds.join() === before.groupIds.join();
    if (isSame) return before;
    const after = { ...before, name, groupIds, version: this.exclusions.nextVersion(work.org, before) };
    await this.members.update(work, after);
    this.record(work, 'member.updated', call, before, after);
    return after;
  }

  /** Groups by their names; names of no group are passed over. Without a claim they stay. */
  private async groupsOf(work: Work, { groups }: Identity, before: readonly number[]): Promise<readonly number[]> {
    return groups === null ? before : this.groups.idsNamed(work, groups);
  }

  private record(
    work: Work,
    action: 'member.created' | 'member.updated',
    call: Call,
    before: SavedMember | undefined,
    after: SavedMember,
  ): void {
    const actor: Actor = { type: 'member', id: after.id, display: after.email };
    const changes = changesOfMember(before, after);
    work.audit({ ...entryOf({ ...call, org: work.org }, action, { data: { member: after.id }, changes }), actor });
  }
}
