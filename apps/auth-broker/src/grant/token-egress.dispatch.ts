import type { AuthFetch } from '@pontage/auth-methods';
import type { Bus } from '@pontage/bus';
import { egressFetch, type Dispatcher } from '@pontage/dispatch';
import { TokenEgress } from './token-egress.js';

/** A token endpoint that takes longer counts as failed; discovery and token request together stay below a lease's deadline. */
const timeoutMs = 10_000;

/** Through the egress workers: this process itself never goes out. */
export class DispatchedTokenEgress extends TokenEgress {
  constructor(
    private readonly bus: Bus,
    private readonly dispatcher: Dispatcher,
  ) {
    super();
  }

  fetchFrom(region: string, org: string): AuthFetch {
    return egressFetch(this.bus, this.dispatcher, { org, region, timeoutMs });
  }
}
