import { needsConsent, type AuthContext, type AuthMethod, type ConsentChecks } from '@pontage/auth-methods';
import type { Call } from '@pontage/contracts';
import { invalidRequest } from '@pontage/problems';
import { type OpenedCredentials } from '../credential/opened-credentials.js';
import { type GrantUse, type GrantWishes, type WishedGrant } from '../grant/grant-wishes.js';
import { type TokenEgress } from '../grant/token-egress.js';
import type { BegunConsent } from './consent-store.js';

/** A grant that a person is to agree to, and the way in which their provider asks. */
export interface ConsentBearings {
  readonly wish: WishedGrant;
  readonly consent: NonNullable<AuthMethod['consent']>;
  readonly context: AuthContext;
}

/** Finds out what a sign-in is about: the credential as it is now, and whoever asks at the provider. */
export class ConsentWays {
  constructor(
    private readonly credentials: OpenedCredentials,
    private readonly wishes: GrantWishes,
    private readonly egress: TokenEgress,
  ) {}

  /** @throws invalidRequest when nobody has to sign in; notFound, leaseUnavailable, unknownVariable */
  async of(use: GrantUse, call: Call): Promise<ConsentBearings> {
    const { method, credential } = await this.credentials.find(use, call);
    const wish = await this.wishes.of(method, credential, use, call);
    const { consent } = method;
    if (consent === undefined || !needsConsent(method, wish.credential.settings))
      throw invalidRequest({}, { detail: 'Nobody has to sign in: this resource does not ask people.' });
    const context: AuthContext = {
      fetch: this.egress.fetchFrom(use.region, call.org),
      now: () => new Date(),
      organisation: call.org,
      caller: wish.owner,
    };
    return { wish, consent, context };
  }
}

/** What the provider's answer has to be about. */
export const checksOf = ({ redirectUri, secrets: { state, nonce, codeVerifier } }: BegunConsent): ConsentChecks => ({
  redirectUri,
  state,
  nonce,
  codeVerifier,
});
