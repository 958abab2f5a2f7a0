import { liveSecrets } from '@pontage/telemetry';

/** As long as nearly every request lasts. */
const inUseMs = 60_000;

/** Notes secrets that a request has brought, so that nothing this gateway says repeats them while it is answered. */
export const noteSecrets = (org: string, secrets: Iterable<string>): void => liveSecrets.note(org, secrets, inUseMs);
