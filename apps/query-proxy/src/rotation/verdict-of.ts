import { refusesCredential } from '@pontage/auth-methods';
import type { Attempt } from '../execution/attempt.js';
import type { Verdict } from './rotations.js';

/**
 * What an answer says about the new credential of a rotation. That it was refused counts only where the one before was taken:
 * otherwise the upstream refuses the request, whoever sends it.
 * @param status undefined: there was no answer
 */
export function verdictOf(
  { standing, leaseKey, ready }: Pick<Attempt, 'standing' | 'leaseKey' | 'ready'>,
  status: number | null | undefined,
): Verdict | undefined {
  if (standing === undefined || ready === undefined || leaseKey === undefined) return undefined;
  if (typeof status !== 'number' || status >= 500 || refusesCredential(ready.method, status)) return undefined;
  if (leaseKey.credentialId === standing.rotation.newId) return 'accepted';
  return standing.wasRefused ? 'refused' : undefined;
}
