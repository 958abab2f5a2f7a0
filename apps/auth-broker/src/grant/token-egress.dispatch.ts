import type { Bus } from '@pontage/bus';
import { egressFetch, type Dispatcher, type EgressFetch, type EgressManner } from '@pontage/dispatch';
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

  fetchFrom(region: string, org: string, manner: EgressManner = { timeoutMs }): EgressFetch {
    return egressFetch(this.bus, this.dispatcher, { org, region, ...manner });
  }
}
