import type { z } from 'zod';
import type { AuthContext, Credential, Grant } from './auth-method.js';

/** What a consent is bound to, made anew for each. */
export interface ConsentChecks {
  /** Where the provider sends the person back to, as it is registered there. */
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** @see RFC 7636, 4.1 */
  readonly codeVerifier: string;
}

/** What a person reads before they are sent to a provider. */
export interface ConsentTerms {
  /** The host that they will be asked at. */
  readonly at: string;
  readonly scopes: readonly string[];
  /** True: they go there without a page of ours. */
  readonly isSkipped: boolean;
}

/** How a person lets us use what is theirs. */
export interface Consent<S extends z.ZodObject, K extends z.ZodObject, G> {
  /** True for settings with which a person has to sign in and agree. */
  isNeeded(settings: z.output<S>): boolean;
  terms(settings: z.output<S>): ConsentTerms;
  /** The URL at which the person is asked. @throws credentialRejected, tokenEndpointFailed */
  begin(credential: Credential<S, K>, checks: ConsentChecks, context: AuthContext): Promise<string>;
  /**
   * The grant that the person's answer is worth.
   * @param answer the parameters that they came back with
   * @throws consentDenied, credentialRejected, tokenEndpointFailed
   */
  complete(
    credential: Credential<S, K>,
    answer: URLSearchParams,
    checks: ConsentChecks,
    context: AuthContext,
  ): Promise<Grant<G>>;
  /** True when `acquire` can replace this grant. */
  isRefreshable(value: G): boolean;
  /** Tells the provider that a grant is over. False: it offers no way to. @throws credentialRejected, tokenEndpointFailed */
  revoke(credential: Credential<S, K>, value: G, context: AuthContext): Promise<boolean>;
  /** What a grant is good for: it outlives a change of the credential that leaves this text as it was. */
  scopeOfGrant(settings: z.output<S>): string;
}

/** When a grant is replaced by a newer one. */
export interface RefreshManner {
  /** Before it expires, while it is used. */
  readonly ahead: boolean;
  /** When a query meets it expired or refused. */
  readonly onDemand: boolean;
  /** Before it expires, also while nobody uses it. */
  readonly background: boolean;
}
