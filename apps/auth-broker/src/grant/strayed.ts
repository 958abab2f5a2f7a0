import { credentialRejected, type Problem } from '@pontage/problems';
import type { GrantRequest } from './grant-request.js';
import type { GrantState } from './grant-state.js';

/** The problem with a credential whose stored secrets would go to another host than before; undefined when there is none. */
export function strayed(
  { destination }: Pick<GrantRequest, 'destination'>,
  { destination: before }: Pick<GrantState, 'destination'>,
): Problem | undefined {
  if (destination === null || before === null || destination === before) return undefined;
  const detail =
    'A configuration variable leads the stored secret to another host than before. Give the secret again, or make it a variable, too.';
  return credentialRejected({}, { detail });
}
