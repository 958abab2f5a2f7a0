import type { configVariable, SecretView } from '@pontage/contracts/resource-registry';
import type { z } from 'zod';

/** A secret value as the registry knows it. */
export interface SecretValue {
  /** The broker's name for it. */
  readonly valueId: string;
  readonly fingerprint: string;
}

/** A configuration variable in one environment, with its text or with what stands for its secret. */
export interface ConfigVariable {
  readonly name: string;
  readonly environment: string;
  readonly value: string | SecretValue;
  readonly updatedAt: string;
}

/** A variable as its readers see it. */
export function viewOf({ value, ...variable }: ConfigVariable): z.output<typeof configVariable> {
  return { ...variable, secret: typeof value !== 'string', value: shownOf(value) };
}

/** What may be shown of a value. */
export const shownOf = (value: ConfigVariable['value']): string | SecretView =>
  typeof value === 'string' ? value : { set: true, fingerprint: value.fingerprint };

/**
 * How a change of a variable's value stands in the record. The text of a variable that becomes secret is left out: as a
 * rule it is that very secret.
 */
export function changeOf(
  { environment, name }: Pick<ConfigVariable, 'environment' | 'name'>,
  before: ConfigVariable['value'] | undefined,
  after: ConfigVariable['value'] | undefined,
): { readonly pointer: string; readonly from: unknown; readonly to: unknown } {
  const hides = typeof before === 'string' && typeof after === 'object';
  const from = before === undefined ? null : hides ? { readable: true } : shownOf(before);
  return { pointer: `/${environment}/${name}`, from, to: after === undefined ? null : shownOf(after) };
}
