import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { findApp } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { requireAccess } from '../group/reach.js';
import { AppStore } from './app-store.js';

@serves(findApp)
export class FindApp implements Serves<typeof findApp> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly apps: AppStore,
  ) {}

  handle({ uuid }: ParsedRequestOf<typeof findApp>, call: Call): Promise<ReplyOf<typeof findApp>> {
    return this.transactions.run(call, async (work) => {
      requireAccess(work.reach, 'apps', uuid, 'use');
      return this.apps.find(work, uuid);
    });
  }
}
