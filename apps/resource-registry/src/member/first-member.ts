import type { Call } from '@pontage/contracts';
import type { UnitOfWork } from '@pontage/persistence';
import { entryOf } from '../call/call-transactions.js';
import type { OrganisationStore } from '../organisation/organisation-store.js';
import type { MemberStore } from './member-store.js';
import { changesOfMember, newMember } from './member.js';
import type { Passwords } from '../password/passwords.js';

/** The address that the first member signs in with. */
export const firstEmail = 'admin@localhost';

/** Sees to it that somebody can sign in to the installation's first organisation. */
export class FirstMember {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly organisations: OrganisationStore,
    private readonly members: MemberStore,
    private readonly passwords: Passwords,
  ) {}

  /** Adds an admin with this password, unless the organisation has a member: then it is his to say. */
  async run(password: string): Promise<void> {
    const [org] = await this.unitOfWork.ids('bootstrapped_organisation');
    if (org === undefined) return;
    const isThere = await this.unitOfWork.run(org, (work) => this.members.any(work));
    if (isThere) return;
    const passwordHash = await this.passwords.hash(password);
    await this.unitOfWork.run(org, async (work) => {
      // Of two processes that start at once, the second finds what the first has made.
      await this.organisations.find(work, 'change');
      if (await this.members.any(work)) return;
      const member = newMember({ email: firstEmail, name: 'Admin', role: 'admin', passwordHash });
      await this.members.insert(work, member);
      const changes = changesOfMember(undefined, member);
      work.audit(entryOf(callOf(org), 'member.created', { data: { member: member.id }, changes }));
    });
  }
}

const callOf = (org: string): Call => ({
  org,
  principal: { type: 'service', id: 'resource-registry', display: 'bootstrap' },
  requestId: '',
});
