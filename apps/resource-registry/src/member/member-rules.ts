import type { CallWork } from '../call/call-transactions.js';
import type { Work } from '@pontage/persistence';
import { invalidRequest, lastAdmin, memberEmailTaken } from '@pontage/problems';
import type { GroupStore } from '../group/group-store.js';
import type { OrganisationStore } from '../organisation/organisation-store.js';
import type { MemberStore } from './member-store.js';
import type { SavedMember } from './member.js';

/** What has to hold between members, and between members and groups. */
export class MemberRules {
  constructor(
    private readonly members: MemberStore,
    private readonly groups: GroupStore,
    private readonly organisations: OrganisationStore,
  ) {}

  /** @throws invalidRequest with a pointer for each group that there is not, or that is named twice */
  async requireGroups(work: Work, ids: readonly number[]): Promise<void> {
    const known = new Set((await this.groups.findSome(work, ids)).map(({ id }) => id));
    const errors = ids.flatMap((id, index) => {
      const pointer = `/groupIds/${index}`;
      if (!known.has(id)) return [{ pointer, detail: 'There is no such group.' }];
      return ids.indexOf(id) < index ? [{ pointer, detail: 'It is there already.' }] : [];
    });
    if (errors.length > 0) throw invalidRequest({}, { errors });
  }

  /** @throws memberEmailTaken */
  async requireFreeEmail(work: Work, email: string): Promise<void> {
    if (await this.members.hasEmail(work, email)) throw memberEmailTaken({});
  }

  /** Of two admins who remove each other at once, one stays. @throws lastAdmin */
  async requireOtherAdmin(work: CallWork, { id, role, disabled }: SavedMember): Promise<void> {
    if (role !== 'admin' || disabled) return;
    await this.organisations.find(work, 'change');
    if ((await this.members.otherAdmins(work, id)) === 0) throw lastAdmin({});
  }
}
