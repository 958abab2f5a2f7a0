import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { deleteApp } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireVersion } from '../call/if-version.js';
import { GroupStore } from '../group/group-store.js';
import { requireAccess } from '../group/reach.js';
import { QueryStore } from '../query/query-store.js';
import { AppStore } from './app-store.js';

@serves(deleteApp)
export class DeleteApp implements Serves<typeof deleteApp> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly apps: AppStore,
    private readonly queries: QueryStore,
    private readonly groups: GroupStore,
  ) {}

  handle({ uuid, ifVersion }: ParsedRequestOf<typeof deleteApp>, call: Call): Promise<ReplyOf<typeof deleteApp>> {
    return this.transactions.run(call, async (work) => {
      requireAccess(work.reach, 'apps', uuid, 'own');
      const app = await this.apps.lock(work, uuid);
      requireVersion(app.version, ifVersion);
      await this.queries.deleteAll(work, uuid);
      await this.groups.dropApp(work, uuid);
      await this.apps.delete(work, app);
      const { name, description } = app;
      work.record('app.deleted', { app: uuid, changes: changesBetween({ name, description }, {}) });
      return {};
    });
  }
}
