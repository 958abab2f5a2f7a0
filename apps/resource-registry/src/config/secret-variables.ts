import type { Call } from '@pontage/contracts';
import type { NamedVariable } from '@pontage/contracts/auth-broker';
import { forbidden, secretVariable } from '@pontage/problems';
import { parseTemplate, variablesIn } from '@pontage/templates';
import type { CallTransactions, CallWork } from '../call/call-transactions.js';
import type { TemplateField } from '../call/template-check.js';
import type { ConfigStore } from './config-store.js';

/** Who may name secret variables, and where. */
export class SecretVariables {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly variables: ConfigStore,
  ) {}

  /**
   * Refuses secret variables that somebody brings into a resource who could not read them either: a resource sends its
   * settings wherever its editor says.
   * @throws forbidden with the pointer of each, for whoever is restricted to groups
   */
  async refuseBrought(work: CallWork, brought: readonly NamedVariable[]): Promise<void> {
    if (work.reach === 'everything') return;
    const detail = (name: string) => `${name} is secret: a token that is restricted to groups cannot bring it in here.`;
    const errors = await this.among(work, brought, detail);
    if (errors.length > 0) throw forbidden({}, { detail: 'The resource would name a secret variable.', errors });
  }

  /** The same in a transaction of its own, unless one has begun. */
  async refuseBroughtBy(call: Call, brought: readonly NamedVariable[], begun?: CallWork): Promise<void> {
    if (brought.length === 0) return;
    if (begun !== undefined) await this.refuseBrought(begun, brought);
    else await this.transactions.run(call, (work) => this.refuseBrought(work, brought));
  }

  /** @throws secretVariable with the pointer of each text of a query that names one */
  async refuseInQuery(work: CallWork, fields: readonly TemplateField[]): Promise<void> {
    const detail = (name: string) => `${name} is secret: only the settings of a resource can name it.`;
    const errors = await this.among(work, variablesNamed(fields), detail);
    if (errors.length > 0) throw secretVariable({}, { errors });
  }

  private async among(work: CallWork, named: readonly NamedVariable[], detail: (name: string) => string) {
    if (named.length === 0) return [];
    const names = [...new Set(named.map(({ name }) => name))];
    const secret = await this.variables.secretAmong(work, names);
    return named.filter(({ name }) => secret.has(name)).map(({ name, pointer }) => ({ pointer, detail: detail(name) }));
  }
}

/** The configuration variables that texts name. They have been checked to parse. */
export const variablesNamed = (fields: readonly TemplateField[]): NamedVariable[] =>
  fields.flatMap(([pointer, text]) => variablesIn(parseTemplate(text)).map((name) => ({ name, pointer })));
