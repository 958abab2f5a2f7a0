import { auditOf, serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { forgetCredentials } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { CredentialStore } from './credential-store.js';

/** Forgets every credential and grant of deleted resources; asked again, there is nothing left to do. */
@serves(forgetCredentials)
export class ForgetCredentials {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialStore,
  ) {}

  handle(
    { resourceIds }: ParsedRequestOf<typeof forgetCredentials>,
    call: Call,
  ): Promise<ReplyOf<typeof forgetCredentials>> {
    return this.unitOfWork.run(call.org, async (work) => {
      for (const resourceId of resourceIds) {
        const credentialIds = await this.credentials.deleteOf(work, resourceId);
        if (credentialIds.length === 0) continue;
        work.audit({
          ...auditOf(call),
          action: 'credential.forgotten',
          outcome: 'success',
          resource: { id: resourceId, version: null },
          data: { credentialIds },
        });
      }
      return {};
    });
  }
}
