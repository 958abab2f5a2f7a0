import type { AuthFetch } from '@pontage/auth-methods';

/** The way to token endpoints. */
export abstract class TokenEgress {
  /** A `fetch` that leaves from a region, for an organisation. */
  abstract fetchFrom(region: string, org: string): AuthFetch;
}
