import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { signInWithPassword } from '@pontage/contracts/resource-registry';
import { isProblem, notFound, signInRefused } from '@pontage/problems';
import { MemberStore } from '../member/member-store.js';
import { Passwords } from '../password/passwords.js';
import { SignIns } from './sign-ins.js';

@serves(signInWithPassword)
export class SignInWithPassword implements Serves<typeof signInWithPassword> {
  constructor(
    private readonly signIns: SignIns,
    private readonly members: MemberStore,
    private readonly passwords: Passwords,
  ) {}

  /** Whatever is wrong, the answer is the same and takes as long: a hash is computed, and the attempt is recorded. */
  async handle(
    { organisation, email, password, tokenHash }: ParsedRequestOf<typeof signInWithPassword>,
    call: Call,
  ): Promise<ReplyOf<typeof signInWithPassword>> {
    const org = await this.signIns.organisation(organisation);
    const known =
      org === undefined ? undefined : await this.signIns.within(org, (work) => this.members.withPassword(work, email));
    const fits = await this.passwords.verify(known?.passwordHash ?? null, password);
    if (org === undefined) throw signInRefused({});
    if (known === undefined || !fits || known.disabled) {
      const reason = known === undefined ? 'unknown-account' : fits ? 'disabled' : 'wrong-password';
      await this.signIns.refuse(org, call, reason, known?.id ?? null);
      throw signInRefused({});
    }
    return this.signIns.within(org, async (work) => {
      // He may have been removed while it was compared.
      const member = await this.members.lock(work, known.id).catch((error: unknown) => {
        throw isProblem(error, notFound) ? signInRefused({}) : error;
      });
      // It may have been replaced while it was compared.
      if (member.passwordHash !== known.passwordHash) throw signInRefused({});
      return this.signIns.open(work, member, tokenHash, call, { method: 'password' });
    });
  }
}
