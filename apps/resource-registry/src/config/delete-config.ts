import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { deleteConfig } from '@pontage/contracts/resource-registry';
import { notFound } from '@pontage/problems';
import { CallTransactions } from '../call/call-transactions.js';
import { requireEverything } from '../group/reach.js';
import { OrganisationStore } from '../organisation/organisation-store.js';
import { ConfigStore } from './config-store.js';
import { changeOf } from './config-variable.js';

@serves(deleteConfig)
export class DeleteConfig implements Serves<typeof deleteConfig> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly variables: ConfigStore,
    private readonly organisations: OrganisationStore,
  ) {}

  handle(
    { name, environment }: ParsedRequestOf<typeof deleteConfig>,
    call: Call,
  ): Promise<ReplyOf<typeof deleteConfig>> {
    return this.transactions.run(call, async (work) => {
      requireEverything(work.reach);
      await this.organisations.find(work, 'change');
      const variables = await this.variables.find(work, name, environment);
      if (variables.length === 0) throw notFound({});
      const updatedAt = new Date().toISOString();
      for (const variable of variables) await this.variables.delete(work, { ...variable, updatedAt });
      // The broker hears of it by the bucket, and forgets what was secret.
      work.record('config.deleted', { changes: variables.map((each) => changeOf(each, each.value, undefined)) });
      return {};
    });
  }
}
