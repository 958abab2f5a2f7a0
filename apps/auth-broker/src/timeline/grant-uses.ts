import type { UnitOfWork } from '@pontage/persistence';
import type { GrantRequest } from '../grant/grant-request.js';
import type { GrantStore } from '../grant/grant-store.js';
import { noteOnTimeline } from './grant-timeline.js';

/** Notes that grants are in use: of each version once, and when the last time was, to the minute. */
export class GrantUses {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly grants: GrantStore,
  ) {}

  /** Notes that a version has been lent to a proxy. */
  async note(request: GrantRequest, version: number): Promise<void> {
    await this.unitOfWork.run(request.org, async (work) => {
      const isFirst = await this.grants.noteUse(work, request, version);
      if (isFirst) await noteOnTimeline(work, request, { event: 'used', version });
    });
  }
}
