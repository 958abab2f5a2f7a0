import { needsGrant } from '@pontage/auth-methods';
import type { Call } from '@pontage/contracts';
import type { UnitOfWork, Work } from '@pontage/persistence';
import type { OpenedCredentials } from '../credential/opened-credentials.js';
import { refuseShared, type GrantUse, type GrantWishes, type WishedGrant } from '../grant/grant-wishes.js';
import { tellOfRemoval } from '../grant/tell-of-grant.js';
import type { ConsentedGrants, Removed } from './consented-grants.js';
import type { Revocation } from './revocation.js';

/** What became of a grant that was to be forgotten. */
export interface Forgotten {
  /** Null: the provider offers no way to end it, or there was nothing to end. */
  readonly revokedAtProvider: boolean | null;
}

/** Forgets grants: here first, and then at the provider, which may not be there. */
export class Forgetting {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly consented: ConsentedGrants,
    private readonly wishes: GrantWishes,
    private readonly credentials: OpenedCredentials,
    private readonly revocation: Revocation,
  ) {}

  /** @throws forbidden for whoever may not change the resource and would forget everybody's; notFound, leaseUnavailable, unknownVariable, invalidRequest */
  async forget(use: GrantUse & { readonly mayEdit: boolean }, call: Call): Promise<Forgotten> {
    const { method, credential } = await this.credentials.find(use, call);
    if (!needsGrant(method, credential.settings)) return { revokedAtProvider: null };
    const wish = await this.wishes.of(method, credential, use, call);
    refuseShared(wish, use.mayEdit);
    const removed = await this.unitOfWork.run(call.org, async (work) => {
      const gone = await this.remove(work, wish);
      const newest = Math.max(...gone.map(({ version }) => version));
      if (gone.length > 0) await tellOfRemoval(work, wish, newest);
      return gone;
    });
    // What nobody has agreed to ends by itself.
    if (wish.scope === undefined) return { revokedAtProvider: null };
    const opened = removed.filter(({ value }) => value !== undefined);
    const ended = await Promise.all(opened.map((each) => this.revocation.end(wish, each)));
    return { revokedAtProvider: ended.includes(false) ? false : ended.includes(true) ? true : null };
  }

  /** What the caller agreed to before the credential became this one goes as well. */
  private async remove(work: Work, { scope, ...wish }: WishedGrant): Promise<readonly Removed[]> {
    if (scope !== undefined) return this.consented.removeAll(work, wish, { ...wish, scope });
    const gone = await this.consented.remove(work, wish);
    return gone === undefined ? [] : [gone];
  }
}
