import type { GrantEvent } from '@pontage/contracts/auth-broker';
import type { Work } from '@pontage/persistence';

/** Whose grant, across the credentials that a resource has had. */
export interface GrantOfResource {
  readonly resourceId: string;
  readonly environment: string;
  /** The caller's name; empty: the grant serves everybody. */
  readonly caller: string;
}

/** What is noted of a grant; what is left out is null. */
export interface Noted {
  readonly event: GrantEvent['event'];
  readonly version: number;
  readonly trigger?: string;
  /** In words that hold no secret. */
  readonly detail?: string | undefined;
  /** From now, in milliseconds. */
  readonly lifetimeMs?: number | null;
}

/** How many days what happened to grants can be read. */
export const timelineDays = 90;

/** Notes what happened to a grant, in the transaction that it happens in. */
export async function noteOnTimeline(
  { manager, org }: Pick<Work, 'manager' | 'org'>,
  { resourceId, environment, caller }: GrantOfResource,
  { event, version, trigger, detail, lifetimeMs }: Noted,
): Promise<void> {
  await manager.query(
    `INSERT INTO grant_event (org, resource_id, environment, caller, event, version, trigger, detail, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + $9::float8 * interval '1 millisecond')`,
    [org, resourceId, environment, caller, event, version, trigger ?? null, detail ?? null, lifetimeMs ?? null],
  );
}
