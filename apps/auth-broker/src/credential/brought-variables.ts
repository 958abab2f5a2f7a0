import { credentialVariables, variablePlaces, type AuthMethod } from '@pontage/auth-methods';
import type { NamedVariable } from '@pontage/contracts/auth-broker';
import type { Base } from './merge-draft.js';

/** The fields of a credential, old or new. */
type Fields = Pick<Base, 'settings' | 'secrets'>;

/**
 * The configuration variables that a new credential names and the one before does not; all of them when what they stand
 * for would go to another place than before.
 */
export function broughtVariables(
  method: AuthMethod,
  fields: Fields,
  base: Fields | undefined,
  destinationChanged: boolean,
): NamedVariable[] {
  const moves =
    destinationChanged || method.destination?.(fields.settings) !== method.destination?.(base?.settings ?? {});
  const known = new Set(base === undefined || moves ? [] : credentialVariables(base));
  return variablePlaces(fields, '/authentication').filter(({ name }) => !known.has(name));
}
