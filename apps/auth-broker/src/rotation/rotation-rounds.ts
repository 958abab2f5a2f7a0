import { auditOf } from '@pontage/bus';
import type { UnitOfWork, Work } from '@pontage/persistence';
import type { CredentialStore } from '../credential/credential-store.js';
import { occurred } from '../occurrence/occurred.js';
import { sweepEach } from '../sweep/sweep-each.js';
import type { Swept } from '../sweep/sweep.js';
import { stepOf } from './credential-rotation.js';
import type { KeptRotation } from './credential-rotations.js';
import type { NamedCredentials } from './named-credentials.js';

/** Brings rotations to their end, whichever process is there to do it: those of an organisation in one transaction. */
export class RotationRounds implements Swept {
  readonly everyMs = 1_000;
  readonly done = 'credentials were retired whose successors have proven themselves';
  readonly failed = 'rotations of credentials could not be looked at; trying again in a second';

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialStore,
    private readonly named: NamedCredentials,
  ) {}

  async sweep(): Promise<number> {
    if (!this.named.isFresh()) return 0;
    const orgs = await this.unitOfWork.ids('credential_rotation_organisations');
    return sweepEach(orgs, (org) =>
      this.unitOfWork.run(org, async (work) => {
        let count = 0;
        for (const rotation of await this.credentials.rotations.hold(work)) count += await this.step(work, rotation);
        return count;
      }),
    );
  }

  /** @returns how many credentials were retired */
  private async step(work: Work, rotation: KeptRotation): Promise<number> {
    const { rotations } = this.credentials;
    const isNamed = this.named.isNamed(work.org, rotation.resourceId, rotation.credentialId);
    switch (stepOf(rotation, isNamed)) {
      case 'wait':
        return 0;
      case 'install':
        await rotations.install(work, rotation);
        record(work, rotation, 'credential.rotated', {
          credentialId: rotation.credentialId,
          previous: rotation.previousId,
        });
        return 0;
      case 'drop':
        await rotations.end(work, rotation);
        return 0;
      case 'fail':
        await rotations.prefer(work, rotation, 'previous');
        await occurred(work, {
          type: 'credential.rotation-failing',
          call: rotation.requestedBy,
          resourceId: rotation.resourceId,
          credentialId: rotation.credentialId,
          problem: 'credential-rejected',
          detail: 'The upstream refuses the new secret and takes the one before, which requests are sent with again.',
        });
        return 0;
      case 'recover':
        await rotations.prefer(work, rotation, 'new');
        return 0;
      case 'settle':
        return this.settle(work, rotation);
    }
  }

  private async settle(work: Work, rotation: KeptRotation): Promise<number> {
    const { credentialId, resourceId, previousId, retires } = rotation;
    await this.credentials.rotations.end(work, rotation);
    const ids = [previousId, ...retires];
    const retired = await this.credentials.retire(work, ids, { id: credentialId, resourceId });
    for (const id of retired)
      record(work, rotation, 'credential.retired', { credentialId: id, successor: credentialId });
    return retired.length;
  }
}

function record(
  work: Work,
  { requestedBy, resourceId }: KeptRotation,
  action: 'credential.rotated' | 'credential.retired',
  data: Record<string, string>,
): void {
  const resource = { id: resourceId, version: null };
  work.audit({ ...auditOf(requestedBy), action, outcome: 'success', resource, data });
}
