import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { deleteQuery } from '@pontage/contracts/resource-registry';
import { notFound } from '@pontage/problems';
import { AppStore } from '../app/app-store.js';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireVersion } from '../call/if-version.js';
import { requireAccess } from '../group/reach.js';
import { QueryStore } from './query-store.js';
import { chosenOf } from './query.js';

@serves(deleteQuery)
export class DeleteQuery implements Serves<typeof deleteQuery> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly apps: AppStore,
    private readonly queries: QueryStore,
  ) {}

  handle(
    { app, name, ifVersion }: ParsedRequestOf<typeof deleteQuery>,
    call: Call,
  ): Promise<ReplyOf<typeof deleteQuery>> {
    return this.transactions.run(call, async (work) => {
      requireAccess(work.reach, 'apps', app, 'edit');
      await this.apps.lock(work, app);
      const query = await this.queries.find(work, app, name);
      if (query === undefined) throw notFound({});
      requireVersion(query.version, ifVersion);
      await this.queries.delete(work, query);
      const resource = { id: query.resource, version: null };
      work.record('saved-query.deleted', {
        app,
        resource,
        data: { query: name },
        changes: changesBetween(chosenOf(query), {}),
      });
      return {};
    });
  }
}
