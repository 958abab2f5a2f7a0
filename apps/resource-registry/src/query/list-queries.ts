import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listQueries } from '@pontage/contracts/resource-registry';
import { AppStore } from '../app/app-store.js';
import { CallTransactions } from '../call/call-transactions.js';
import { requireAccess } from '../group/reach.js';
import { QueryStore } from './query-store.js';

@serves(listQueries)
export class ListQueries implements Serves<typeof listQueries> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly apps: AppStore,
    private readonly queries: QueryStore,
  ) {}

  handle({ app, ...page }: ParsedRequestOf<typeof listQueries>, call: Call): Promise<ReplyOf<typeof listQueries>> {
    return this.transactions.run(call, async (work) => {
      requireAccess(work.reach, 'apps', app, 'use');
      await this.apps.find(work, app);
      return this.queries.list(work, app, page);
    });
  }
}
