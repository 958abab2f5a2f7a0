import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { putQuery } from '@pontage/contracts/resource-registry';
import { AppStore } from '../app/app-store.js';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireVersion } from '../call/if-version.js';
import { requireAccess } from '../group/reach.js';
import { QueryCheck } from './query-check.js';
import { QueryStore } from './query-store.js';
import { chosenOf } from './query.js';

@serves(putQuery)
export class PutQuery implements Serves<typeof putQuery> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly apps: AppStore,
    private readonly queries: QueryStore,
    private readonly check: QueryCheck,
  ) {}

  handle(
    { app, name, query, ifVersion }: ParsedRequestOf<typeof putQuery>,
    call: Call,
  ): Promise<ReplyOf<typeof putQuery>> {
    return this.transactions.run(call, async (work) => {
      requireAccess(work.reach, 'apps', app, 'edit');
      await this.apps.lock(work, app);
      const before = await this.queries.find(work, app, name);
      requireVersion(before?.version ?? 0, ifVersion);
      const draft = await this.check.accept(work, query);
      const changes = changesBetween(chosenOf(before), chosenOf(draft));
      if (before !== undefined && changes.length === 0) return before;
      work.record('saved-query.saved', {
        app,
        resource: { id: draft.resource, version: null },
        data: { query: name },
        changes,
      });
      return this.queries.put(work, app, name, draft);
    });
  }
}
