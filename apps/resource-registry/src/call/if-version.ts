import { preconditionFailed } from '@pontage/problems';

/** Refuses to change what is no longer as the caller read it; a caller who did not say takes what is there. */
export function requireVersion(version: number, ifVersion: number | undefined): void {
  if (ifVersion !== undefined && ifVersion !== version)
    throw preconditionFailed({}, { detail: `It is at version ${version} now.` });
}
