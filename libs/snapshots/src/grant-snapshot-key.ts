import { createHash } from 'node:crypto';

/** Whose grant: one per credential and environment, or one of those for each caller. */
export interface GrantKey {
  readonly org: string;
  readonly credentialId: string;
  readonly environment: string;
  /** The caller's name; empty: the grant serves everybody. */
  readonly caller: string;
}

/** Where the bucket `grants` has a grant. Its keys take no names: a caller's may be any text. */
export const grantSnapshotKey = ({ org, credentialId, environment, caller }: GrantKey): string =>
  [org, credentialId, environment, createHash('sha256').update(caller).digest('hex')].join('.');
