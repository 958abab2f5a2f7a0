import type { Lease } from '@pontage/contracts/auth-broker';
import { liveSecrets, secretTexts } from '@pontage/telemetry';

/** A query may run so long with what has just ended. */
const shortestNoteMs = 120_000;

/** Notes secrets that the broker has lent, so that nothing this process says repeats them while they are used. */
export function noteLent(org: string, secrets: Iterable<string>, validForMs = 0): void {
  liveSecrets.note(org, secrets, Math.max(validForMs, shortestNoteMs));
}

/** The same for what a lease lends. */
export function noteLease(org: string, { secrets, grant, validForMs }: Lease): void {
  noteLent(org, [...secretTexts(secrets), ...secretTexts(grant?.value)], validForMs);
}
