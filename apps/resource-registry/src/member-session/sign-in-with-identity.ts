import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { email as emailAddress, signInWithIdentity } from '@pontage/contracts/resource-registry';
import { isProblem, signInRefused } from '@pontage/problems';
import { MemberStore } from '../member/member-store.js';
import { IdentifiedMembers } from './identified-members.js';
import { SignIns } from './sign-ins.js';

@serves(signInWithIdentity)
export class SignInWithIdentity implements Serves<typeof signInWithIdentity> {
  constructor(
    private readonly signIns: SignIns,
    private readonly members: MemberStore,
    private readonly identified: IdentifiedMembers,
  ) {}

  async handle(
    { organisation, identity, joins, tokenHash }: ParsedRequestOf<typeof signInWithIdentity>,
    call: Call,
  ): Promise<ReplyOf<typeof signInWithIdentity>> {
    const org = await this.signIns.organisation(organisation);
    if (org === undefined) throw signInRefused({}, { note: 'there is no organisation to sign in to' });
    const { issuer } = identity;
    try {
      return await this.signIns.within(org, async (work) => {
        const known = await this.members.withIdentity(work, identity);
        const member =
          known === undefined
            ? await this.identified.join(work, identity, call, joins && addressOf(identity))
            : await this.identified.keepUp(work, known, identity, call);
        return this.signIns.open(work, member, tokenHash, call, { method: 'oidc', issuer });
      });
    } catch (error) {
      if (isProblem(error, signInRefused)) await this.signIns.refuse(org, call, error.detail ?? 'disabled');
      throw error;
    }
  }
}

/** The address of somebody who may become a member: one that the provider has verified. */
const addressOf = ({ email, emailVerified }: { email: string | null; emailVerified: boolean }): string | false =>
  emailVerified && (emailAddress.safeParse(email).data ?? false);
