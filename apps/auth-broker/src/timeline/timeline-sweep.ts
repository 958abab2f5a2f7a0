import type { UnitOfWork } from '@pontage/persistence';
import type { Swept } from '../sweep.js';
import { timelineDays } from './grant-timeline.js';

/** Deletes what happened to grants long ago, in every organisation. */
export const timelineSweep = (unitOfWork: UnitOfWork): Swept => ({
  everyMs: 3_600_000,
  async sweep() {
    let swept = 0;
    for (const org of await unitOfWork.ids('grant_event_organisations')) {
      const [, count] = await unitOfWork.run(org, ({ manager }) =>
        manager.query<[unknown[], number]>(
          `DELETE FROM grant_event WHERE at < clock_timestamp() - interval '${timelineDays} days'`,
        ),
      );
      swept += count;
    }
    return swept;
  },
  done: 'what happened to grants long ago was deleted',
  failed: 'the timeline of grants could not be swept; trying again in an hour',
});
