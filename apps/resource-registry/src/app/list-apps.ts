import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listApps } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { idsWithin } from '../group/reach.js';
import { AppStore } from './app-store.js';

@serves(listApps)
export class ListApps implements Serves<typeof listApps> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly apps: AppStore,
  ) {}

  handle(page: ParsedRequestOf<typeof listApps>, call: Call): Promise<ReplyOf<typeof listApps>> {
    return this.transactions.run(call, (work) => this.apps.list(work, page, idsWithin(work.reach, 'apps')));
  }
}
