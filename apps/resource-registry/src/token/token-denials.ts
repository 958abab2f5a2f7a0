import type { Principal } from '@pontage/contracts';

/** The quick end of a token: every gateway hears of it, whatever the database does. */
export abstract class TokenDenials {
  /**
   * Ends a token that the gateways know, for good, if the principal may. Returns true when they have been told.
   * @throws Problem `unavailable` when they could not be
   */
  abstract deny(org: string, id: string, by: Principal): Promise<boolean>;
  /** True when the token of this hash was ended this way. */
  abstract isDenied(hash: string): boolean;
}
