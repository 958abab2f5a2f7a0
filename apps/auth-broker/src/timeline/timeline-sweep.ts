import type { UnitOfWork } from '@pontage/persistence';
import { deleteInBatches } from '../sweep/delete-in-batches.js';
import { sweepEach } from '../sweep/sweep-each.js';
import type { Swept } from '../sweep/sweep.js';
import { timelineDays } from './grant-timeline.js';

// now() is the same throughout a statement, as what an index is searched for has to be.
const old = { table: 'grant_event', key: 'seq', which: `at < now() - interval '${timelineDays} days'`, order: 'at' };

/** Deletes what happened to grants long ago, in every organisation. */
export const timelineSweep = (unitOfWork: UnitOfWork): Swept => ({
  everyMs: 3_600_000,
  async sweep() {
    const orgs = await unitOfWork.ids('grant_event_organisations');
    return sweepEach(orgs, (org) => deleteInBatches(unitOfWork, org, old));
  },
  done: 'what happened to grants long ago was deleted',
  failed: 'the timeline of grants could not be swept; trying again in an hour',
});
