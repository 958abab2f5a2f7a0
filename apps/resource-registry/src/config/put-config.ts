import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { putConfig } from '@pontage/contracts/resource-registry';
import { notFound } from '@pontage/problems';
import { CallTransactions } from '../call/call-transactions.js';
import { requireEverything } from '../group/reach.js';
import { OrganisationStore } from '../organisation/organisation-store.js';
import { ConfigStore } from './config-store.js';

@serves(putConfig)
export class PutConfig implements Serves<typeof putConfig> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly variables: ConfigStore,
    private readonly organisations: OrganisationStore,
  ) {}

  handle(
    { name, environment, value }: ParsedRequestOf<typeof putConfig>,
    call: Call,
  ): Promise<ReplyOf<typeof putConfig>> {
    return this.transactions.run(call, async (work) => {
      requireEverything(work.reach);
      // One writer at a time, and nobody takes the environment away meanwhile.
      const { environments } = await this.organisations.find(work, 'change');
      if (!environments.includes(environment))
        throw notFound({}, { detail: `There is no environment "${environment}".` });
      const [before] = await this.variables.find(work, name, environment);
      if (before?.value === value) return before;
      const variable = { name, environment, value, updatedAt: new Date().toISOString() };
      await this.variables.put(work, variable);
      work.record('config.set', {
        changes: [{ pointer: `/${environment}/${name}`, from: before?.value ?? null, to: value }],
      });
      return variable;
    });
  }
}
