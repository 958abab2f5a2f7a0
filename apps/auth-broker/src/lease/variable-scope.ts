import type { Call } from '@pontage/contracts';
import { leaseUnavailable } from '@pontage/problems';
import type { Scope } from '@pontage/templates';
import type { ConfigValues } from '../config-value/config-values.js';
import type { ConfigEntry, ConfigVariables } from './config-variables.js';

/** Variables as the broker knows them at a moment. */
export interface KnownVariables {
  readonly scope: Scope;
  readonly versions: { name: string; version: number }[];
}

/** What the templates of a credential may name: configuration variables, the secret ones opened. */
export class VariableScope {
  constructor(
    private readonly variables: ConfigVariables,
    private readonly values: ConfigValues,
  ) {}

  /** The scope with these variables, as far as the environment has them. @throws leaseUnavailable when a secret one cannot be opened */
  async of(call: Call, environment: string, names: readonly string[]): Promise<KnownVariables> {
    const found = await Promise.all(
      names.map(async (name) => {
        // Read first, so that it is never newer than the value: an older one means that somebody asks once more.
        const version = this.variables.versionOf(call.org, environment, name) ?? 0;
        const entry = await this.variables.find(call.org, environment, name);
        return { name, version, text: await this.textOf(call, environment, name, entry) };
      }),
    );
    const texts = found.flatMap(({ name, text }) => (text === undefined ? [] : [[name, text] as const]));
    return {
      scope: { config: Object.fromEntries(texts) },
      versions: found.map(({ name, version }) => ({ name, version })),
    };
  }

  private async textOf(
    call: Call,
    environment: string,
    name: string,
    entry: ConfigEntry | undefined,
  ): Promise<string | undefined> {
    if (entry === undefined || 'value' in entry) return entry?.value;
    const text = await this.values.open({ environment, name, id: entry.valueId }, call);
    if (text === undefined) throw leaseUnavailable({}, { detail: `The value of ${name} is not there any more.` });
    return text;
  }
}
