import { randomUUID } from 'node:crypto';
import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { createApp } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireCreation } from '../group/reach.js';
import { AppStore } from './app-store.js';

@serves(createApp)
export class CreateApp implements Serves<typeof createApp> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly apps: AppStore,
  ) {}

  handle(settings: ParsedRequestOf<typeof createApp>, call: Call): Promise<ReplyOf<typeof createApp>> {
    return this.transactions.run(call, async (work) => {
      requireCreation(work.reach, 'apps');
      const now = new Date().toISOString();
      const app = { ...settings, uuid: randomUUID(), version: 1, createdAt: now, updatedAt: now };
      await this.apps.insert(work, app);
      work.record('app.created', { app: app.uuid, changes: changesBetween({}, settings) });
      return app;
    });
  }
}
