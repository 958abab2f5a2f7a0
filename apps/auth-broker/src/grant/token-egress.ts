import type { EgressFetch, EgressManner } from '@pontage/dispatch';

/** The way to token endpoints and verification URLs. */
export abstract class TokenEgress {
  /** A `fetch` that leaves from a region, for an organisation, and follows no redirect. */
  abstract fetchFrom(region: string, org: string, manner?: EgressManner): EgressFetch;
}
