import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listConfig } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { requireEverything } from '../group/reach.js';
import { ConfigStore } from './config-store.js';
import { viewOf } from './config-variable.js';

@serves(listConfig)
export class ListConfig implements Serves<typeof listConfig> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly variables: ConfigStore,
  ) {}

  handle(page: ParsedRequestOf<typeof listConfig>, call: Call): Promise<ReplyOf<typeof listConfig>> {
    return this.transactions.run(call, async (work) => {
      requireEverything(work.reach);
      const { data, nextCursor } = await this.variables.list(work, page);
      return { data: data.map(viewOf), nextCursor };
    });
  }
}
