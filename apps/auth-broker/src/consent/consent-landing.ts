import type { Grant } from '@pontage/auth-methods';
import type { UnitOfWork } from '@pontage/persistence';
import { consentExpired } from '@pontage/problems';
import { keepingOf } from '../grant/grant-flight.js';
import type { GrantStore } from '../grant/grant-store.js';
import type { WishedGrant } from '../grant/grant-wishes.js';
import { strayed } from '../grant/strayed.js';
import { tellOfConsent } from '../grant/tell-of-grant.js';
import type { BegunConsent, ConsentStore } from './consent-store.js';
import { checksOf, type ConsentBearings } from './consent-ways.js';
import type { ConsentedGrants } from './consented-grants.js';

/** Turns a person's answer into their grant. */
export class ConsentLanding {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly grants: GrantStore,
    private readonly consented: ConsentedGrants,
    private readonly consents: ConsentStore,
  ) {}

  /** @throws consentExpired for somebody who is gone by now; Problem when the provider, or what is configured, does not allow it */
  async land(begun: BegunConsent, { wish, consent, context }: ConsentBearings, answer: URLSearchParams): Promise<void> {
    const astray = strayed(wish, await this.grants.read(wish));
    if (astray !== undefined) throw astray;
    await this.settle(begun, wish, await consent.complete(wish.credential, answer, checksOf(begun), context));
  }

  private async settle(begun: BegunConsent, wish: WishedGrant, { value, expiresAt }: Grant): Promise<void> {
    const lifetimeMs = expiresAt === null ? null : expiresAt.getTime() - Date.now();
    const { input, scope = '', destination } = wish;
    const consented = { input, scope, value, lifetimeMs, destination, ...keepingOf(wish, value, lifetimeMs) };
    await this.unitOfWork.run(wish.org, async (work) => {
      if (!(await this.consents.isThere(work, begun))) throw consentExpired({});
      const settled = await this.consented.settle(work, wish, consented);
      await tellOfConsent(work, wish, settled, expiresAt);
    });
  }
}
