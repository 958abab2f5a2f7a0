import type { Swept } from '../sweep/sweep.js';
import type { GrantStore } from './grant-store.js';

/** Deletes the grants of callers who have not come again. */
export const grantSweep = (grants: GrantStore): Swept => ({
  everyMs: 60_000,
  sweep: () => grants.sweep(),
  done: 'grants of callers were deleted that had been over for an hour',
  failed: 'grants could not be swept; trying again in a minute',
});
