import type { Lease } from '@pontage/contracts/auth-broker';
import type { Prepared } from '../execution/prepare.js';
import { variablesOfLease } from './named-variables.js';

/**
 * Opens the secret variables that a credential is made of, and notes them as secrets of the request. Undefined: there was
 * nothing to wait for.
 * @throws Problem the broker's
 */
export function openForLease(
  { variables, secrets }: Pick<Prepared, 'variables' | 'secrets'>,
  lease: Lease | undefined,
): Promise<void> | undefined {
  const names = lease === undefined ? [] : variablesOfLease(lease);
  if (names.length === 0) return undefined;
  const opening = variables.open(names);
  if (opening !== undefined) return opening.then(() => secrets.noteCredential(names));
  secrets.noteCredential(names);
  return undefined;
}
