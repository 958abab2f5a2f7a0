import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { findQuery } from '@pontage/contracts/resource-registry';
import { notFound } from '@pontage/problems';
import { CallTransactions } from '../call/call-transactions.js';
import { requireAccess } from '../group/reach.js';
import { QueryStore } from './query-store.js';

@serves(findQuery)
export class FindQuery implements Serves<typeof findQuery> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly queries: QueryStore,
  ) {}

  handle({ app, name }: ParsedRequestOf<typeof findQuery>, call: Call): Promise<ReplyOf<typeof findQuery>> {
    return this.transactions.run(call, async (work) => {
      requireAccess(work.reach, 'apps', app, 'use');
      const query = await this.queries.find(work, app, name);
      if (query === undefined) throw notFound({});
      return query;
    });
  }
}
