import { auditOf } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import type { UnitOfWork } from '@pontage/persistence';

/** What of a resource's credential did not open. */
export interface Damage {
  readonly resourceId: string;
  readonly credentialId: string | null;
  readonly part: 'credential' | 'grant' | 'draft or base' | 'fingerprint key';
}

/** Records that something sealed was altered, stands in the wrong place, or lost its master key. Nothing of it was used. */
export async function reportDamage(unitOfWork: UnitOfWork, call: Call, { resourceId, ...data }: Damage): Promise<void> {
  await unitOfWork.run(call.org, (work) => {
    work.audit({
      ...auditOf(call),
      action: 'credential.damaged',
      outcome: 'failure',
      resource: { id: resourceId, version: null },
      data,
    });
    return Promise.resolve();
  });
}
