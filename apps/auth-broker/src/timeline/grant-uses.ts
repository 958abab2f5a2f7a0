import { LRUCache } from 'lru-cache';
import type { UnitOfWork } from '@pontage/persistence';
import type { GrantRequest } from '../grant/grant-request.js';
import { grantPlace, type GrantStore } from '../grant/grant-store.js';
import { noteOnTimeline } from './grant-timeline.js';

/** What a process has noted in the last minute it does not note again. */
const rememberedMs = 60_000;
const maxRemembered = 10_000;

/** Notes that grants are in use: of each version once, and when the last time was, to the minute. */
export class GrantUses {
  private readonly noted = new LRUCache<string, true>({ max: maxRemembered, ttl: rememberedMs });

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly grants: GrantStore,
  ) {}

  /** Notes that a version has been lent to a proxy. */
  async note(request: GrantRequest, version: number): Promise<void> {
    const name = `${request.org}/${grantPlace(request, version).id}/${version}`;
    if (this.noted.has(name)) return;
    this.noted.set(name, true);
    await this.unitOfWork.run(request.org, async (work) => {
      const isFirst = await this.grants.noteUse(work, request, version);
      if (isFirst) await noteOnTimeline(work, request, { event: 'used', version });
    });
  }
}
