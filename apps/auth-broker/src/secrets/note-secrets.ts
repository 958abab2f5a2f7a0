import { liveSecrets, secretTexts } from '@pontage/telemetry';

/** What is sealed or opened now is in the hands of calls that may take up to half a minute. */
const inUseMs = 120_000;

/** Notes secrets that this broker has in clear now, so that nothing it says repeats them. */
export function noteSecrets(org: string, values: unknown): void {
  liveSecrets.note(org, secretTexts(values), inUseMs);
}
