import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { updateApp } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireVersion } from '../call/if-version.js';
import { requireAccess } from '../group/reach.js';
import { AppStore } from './app-store.js';

@serves(updateApp)
export class UpdateApp implements Serves<typeof updateApp> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly apps: AppStore,
  ) {}

  handle(
    { uuid, settings, ifVersion }: ParsedRequestOf<typeof updateApp>,
    call: Call,
  ): Promise<ReplyOf<typeof updateApp>> {
    return this.transactions.run(call, async (work) => {
      requireAccess(work.reach, 'apps', uuid, 'edit');
      const app = await this.apps.lock(work, uuid);
      requireVersion(app.version, ifVersion);
      const changes = changesBetween(app, { ...app, ...settings });
      if (changes.length === 0) return app;
      const changed = { ...app, ...settings, version: app.version + 1, updatedAt: new Date().toISOString() };
      await this.apps.update(work, changed);
      work.record('app.updated', { app: uuid, changes });
      return changed;
    });
  }
}
