import { secretVariable } from '@pontage/problems';
import type { Json } from '@pontage/templates';
import type { Policy } from '../policy/policy.js';
import type { SecretVariable } from './secret-variable-cache.js';

type Members = Record<string, Json>;
type ConfigEntry = NonNullable<ReturnType<Policy['config']['get']>>;

/** The variables as this process has last heard of them. */
export interface KnownConfig extends Pick<Policy, 'variables'> {
  readonly config: Pick<Policy['config'], 'get'>;
}

/** How a call gets at the value of a secret variable. */
export interface VariableSource {
  /** The value when it is here. */
  cached(variable: SecretVariable): string | undefined;
  /** @throws Problem the broker's */
  ask(variable: SecretVariable): Promise<string>;
}

/**
 * The configuration variables of one call. What a resource's settings say may name every one of them, secret ones after
 * they have been opened; what a query says may not name secret ones: whoever may run queries could send them to an echo.
 */
export class CallVariables {
  private readonly opened = new Map<string, string>();
  private inEnvironment: [string, ConfigEntry][] | undefined;
  private forSettings: Members | undefined;
  private forQuery: Members | undefined;

  constructor(
    private readonly policy: KnownConfig,
    private readonly source: VariableSource,
    private readonly org: string,
    private readonly environment: string,
  ) {}

  /** Opens the secret ones of these. Undefined: there was nothing to wait for. @throws Problem the broker's */
  open(names: readonly string[]): Promise<void> | undefined {
    let missing: SecretVariable[] | undefined;
    for (const name of names) {
      const variable = this.secret(name);
      if (variable === undefined || this.opened.has(name)) continue;
      const value = this.source.cached(variable);
      if (value === undefined) (missing ??= []).push(variable);
      else this.add(name, value);
    }
    return missing === undefined ? undefined : this.askFor(missing);
  }

  /** The text of a secret variable that has been opened; undefined for every other one. */
  secretText(name: string): string | undefined {
    return this.opened.get(name);
  }

  /** What `{{ config }}` is in settings: those that are secret are not among its members as a whole. */
  get ofSettings(): Members {
    if (this.forSettings !== undefined) return this.forSettings;
    const members: Members = {};
    for (const [name, entry] of this.known()) if ('value' in entry) members[name] = entry.value;
    for (const [name, value] of this.opened) hide(members, name, { value });
    return (this.forSettings = members);
  }

  /** What `{{ config }}` is in a query; naming a secret one is a problem. */
  get ofQuery(): Members {
    if (this.forQuery !== undefined) return this.forQuery;
    const members: Members = {};
    for (const [name, entry] of this.known())
      if ('value' in entry) members[name] = entry.value;
      else hide(members, name, { get: () => refuse(name) });
    return (this.forQuery = members);
  }

  /** Those of the environment: looked for once, as that takes a look at everybody's. */
  private known(): readonly [string, ConfigEntry][] {
    return (this.inEnvironment ??= [...this.policy.variables(this.org, this.environment)]);
  }

  private secret(name: string): SecretVariable | undefined {
    const { org, environment } = this;
    const entry = this.policy.config.get(`${org}.${environment}.${name}`);
    return entry !== undefined && 'valueId' in entry ? { valueId: entry.valueId, environment, name } : undefined;
  }

  private async askFor(variables: readonly SecretVariable[]): Promise<void> {
    const values = await Promise.all(variables.map((variable) => this.source.ask(variable)));
    variables.forEach(({ name }, index) => this.add(name, values[index] ?? ''));
  }

  private add(name: string, value: string): void {
    this.opened.set(name, value);
    if (this.forSettings !== undefined) hide(this.forSettings, name, { value });
  }
}

/** A member that is found by its name only. */
const hide = (members: Members, name: string, is: { value: string } | { get: () => never }): void => {
  Object.defineProperty(members, name, { ...is, enumerable: false, configurable: true });
};

function refuse(name: string): never {
  const detail = `{{ config.${name} }} is secret: only the settings of a resource can name it.`;
  throw secretVariable({}, { detail });
}
