import type { UnitOfWork } from '@pontage/persistence';
import type { Swept } from '../sweep/sweep.js';
import { deleteInBatches } from '../sweep/delete-in-batches.js';
import { sweepEach } from '../sweep/sweep-each.js';
import { overConsents } from './consent-store.js';

/** Deletes the sign-ins that are over, in every organisation. */
export const consentSweep = (unitOfWork: UnitOfWork): Swept => ({
  everyMs: 60_000,
  async sweep() {
    const orgs = await unitOfWork.ids('consent_organisations');
    return sweepEach(orgs, (org) => deleteInBatches(unitOfWork, org, overConsents));
  },
  done: 'sign-ins were deleted that are over',
  failed: 'sign-ins could not be swept; trying again in a minute',
});
