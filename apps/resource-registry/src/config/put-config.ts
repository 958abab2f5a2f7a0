import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { putConfig } from '@pontage/contracts/resource-registry';
import { invalidRequest, notFound } from '@pontage/problems';
import { CallTransactions, type CallWork } from '../call/call-transactions.js';
import { requireEverything } from '../group/reach.js';
import { OrganisationStore } from '../organisation/organisation-store.js';
import { ConfigStore } from './config-store.js';
import { changeOf, viewOf, type ConfigVariable } from './config-variable.js';
import { ValueClaims } from './value-claims.js';

type Put = ParsedRequestOf<typeof putConfig>;

@serves(putConfig)
export class PutConfig implements Serves<typeof putConfig> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly variables: ConfigStore,
    private readonly organisations: OrganisationStore,
    private readonly claims: ValueClaims,
  ) {}

  handle(put: Put, call: Call): Promise<ReplyOf<typeof putConfig>> {
    const { name, environment } = put;
    return this.transactions.run(call, async (work) => {
      requireEverything(work.reach);
      // One writer at a time, and nobody takes the environment away meanwhile.
      const { environments } = await this.organisations.find(work, 'change');
      if (!environments.includes(environment))
        throw notFound({}, { detail: `There is no environment "${environment}".` });
      const [before] = await this.variables.find(work, name, environment);
      const value = await this.valueOf(work, put, before?.value);
      if (before !== undefined && isSame(before.value, value)) return viewOf(before);
      const variable = { name, environment, value, updatedAt: new Date().toISOString() };
      await this.variables.put(work, variable);
      work.record('config.set', { changes: [changeOf(variable, before?.value, value)] });
      return viewOf(variable);
    });
  }

  /** @throws invalidRequest for a placeholder that stands for nothing, or a text that may have been meant to be secret */
  private async valueOf(
    work: CallWork,
    { name, environment, value, secret }: Put,
    before: ConfigVariable['value'] | undefined,
  ): Promise<ConfigVariable['value']> {
    const held = typeof before === 'object' ? before : undefined;
    if (typeof value === 'string') {
      if (secret === true) throw refused('/secret', 'A secret comes as a draft.');
      if (held === undefined || secret === false) return value;
      throw refused(
        '/secret',
        'This variable is secret. Say true, and it stays so; false makes the new value readable.',
      );
    }
    if ('draftId' in value) {
      const { draftId } = value;
      const version = await this.variables.nextVersion(work, name, environment);
      return this.claims.claim({ draftId, name, environment, version, basedOn: held?.valueId ?? null }, work.call);
    }
    if (secret === false) throw refused('/value', 'A secret does not become readable: this needs a value.');
    if (held?.fingerprint !== value.fingerprint) throw refused('/value', 'There is no such secret to keep.');
    return held;
  }
}

const isSame = (before: ConfigVariable['value'], after: ConfigVariable['value']): boolean =>
  typeof before === 'string' || typeof after === 'string' ? before === after : before.valueId === after.valueId;

const refused = (pointer: string, detail: string): Error => invalidRequest({}, { errors: [{ pointer, detail }] });
