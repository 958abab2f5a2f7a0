import type { UnitOfWork } from '@pontage/persistence';
import type { Swept } from '../sweep.js';
import { deleteOverConsents } from './consent-store.js';

/** Deletes the sign-ins that are over, in every organisation. */
export const consentSweep = (unitOfWork: UnitOfWork): Swept => ({
  everyMs: 60_000,
  async sweep() {
    let swept = 0;
    for (const org of await unitOfWork.ids('consent_organisations')) {
      const [, count] = await unitOfWork.run(org, ({ manager }) =>
        manager.query<[unknown[], number]>(deleteOverConsents),
      );
      swept += count;
    }
    return swept;
  },
  done: 'sign-ins were deleted that are over',
  failed: 'sign-ins could not be swept; trying again in a minute',
});
