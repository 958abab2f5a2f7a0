import { auditOf } from '@pontage/bus';
import { type UnitOfWork } from '@pontage/persistence';
import { servedBy } from '../grant/tell-of-grant.js';
import type { GrantRequest } from '../grant/grant-request.js';
import { type GrantStore } from '../grant/grant-store.js';
import { noteOnTimeline } from '../timeline/grant-timeline.js';
import { saysSignedIn } from './standing.js';

/** Keeps what upstreams say of grants, and puts it on record when it changes. */
export class GrantVerdicts {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly grants: GrantStore,
  ) {}

  /** Notes the status that the verification URL answered a grant with. */
  async note(request: GrantRequest, version: number, status: number): Promise<void> {
    const isTaken = saysSignedIn(status);
    const { call, credentialId, environment, resourceId, method, region, owner } = request;
    await this.unitOfWork.run(call.org, async (work) => {
      if (!(await this.grants.noteVerified(work, request, isTaken))) return;
      work.audit({
        ...auditOf(call),
        action: 'grant.verified',
        outcome: isTaken ? 'success' : 'failure',
        resource: { id: resourceId, version: null },
        region,
        data: { credentialId, serves: servedBy(owner), method: method.id, environment, status },
      });
      const detail = `The verification URL answered ${status}.`;
      await noteOnTimeline(work, request, { event: isTaken ? 'accepted' : 'refused', version, detail });
    });
  }
}
