import type { SecretPlace } from '@pontage/contracts/auth-broker';
import type { SecretValues } from '../secrets/secret-box.js';

/**
 * What stands in the place of an auth method in the rows of sealed values: they are kept, swept, forgotten and sealed
 * anew together with credentials, but are none.
 */
export const sealedValueKind = 'sealed-values';

/** The secrets of a draft of sealed values, by what the settings call each. */
export type DraftedValues = Readonly<
  Record<string, { readonly place: SecretPlace; readonly pointer: string; readonly value: string }>
>;

interface Field {
  readonly name: string;
  readonly value: string;
}

/** Sealed values as fields of a record, whose own names are short. */
export const fieldsOf = (values: ReadonlyMap<string, string>): SecretValues =>
  Object.fromEntries([...values].map(([name, value], index) => [`v${index}`, { name, value } satisfies Field]));

/** The reverse of {@link fieldsOf}. */
export const valuesOf = (fields: SecretValues): Map<string, string> =>
  new Map(Object.values(fields).map((field) => [(field as Field).name, (field as Field).value]));
