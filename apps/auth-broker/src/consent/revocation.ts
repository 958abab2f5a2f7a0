import type { AuthMethod, Credential } from '@pontage/auth-methods';
import type { Caller } from '@pontage/contracts';
import { isProblem } from '@pontage/problems';
import type { TokenEgress } from '../grant/token-egress.js';

/** What was agreed to, and what that is worth. */
export interface Agreed {
  readonly scope: string | null;
  readonly value: unknown;
}

/** Whose grant it is, and who issued it. */
export interface IssuedTo {
  readonly org: string;
  readonly method: AuthMethod;
  readonly credential: Credential;
  /** Undefined: it serves everybody. */
  readonly owner: Caller | undefined;
  readonly region: string;
}

/**
 * Ends grants at the providers that issued them.
 * @see RFC 7009
 */
export class Revocation {
  constructor(private readonly egress: Pick<TokenEgress, 'fetchFrom'>) {}

  /** True: it has ended there; null: the provider offers no way; false: it may still know it. */
  async end({ method, credential, region, org, owner }: IssuedTo, { scope, value }: Agreed): Promise<boolean | null> {
    if (method.consent === undefined) return null;
    // A variable may lead elsewhere by now: neither the grant nor the client's secret is another provider's business.
    if (method.consent.scopeOfGrant(credential.settings) !== scope) return false;
    const fetch = this.egress.fetchFrom(region, org);
    const context = { fetch, now: () => new Date(), organisation: org, caller: owner };
    try {
      return (await method.consent.revoke(credential, value, context)) ? true : null;
    } catch (error) {
      // It is forgotten here in any case, and whoever asked is told that the provider may still know it.
      if (!isProblem(error)) throw error;
      return false;
    }
  }
}
