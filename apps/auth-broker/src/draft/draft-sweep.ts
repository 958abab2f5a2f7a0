import type { Swept } from '../sweep/sweep.js';
import type { DraftStore } from './draft-store.js';

/** Deletes drafts that nobody claimed. */
export const draftSweep = (drafts: DraftStore): Swept => ({
  everyMs: 60_000,
  sweep: () => drafts.sweep(),
  done: 'drafts that nobody claimed were deleted',
  failed: 'drafts could not be swept; trying again in a minute',
});
