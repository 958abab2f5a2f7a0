import { auditOf, serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { forgetCredentials } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { OrphanedGrants } from '../consent/orphaned-grants.js';
import { CredentialStore } from './credential-store.js';

/**
 * Forgets every credential and grant of deleted resources, and ends at the providers what people have agreed to. Asked again,
 * there is nothing left to do.
 */
@serves(forgetCredentials)
export class ForgetCredentials {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialStore,
    private readonly orphaned: OrphanedGrants,
  ) {}

  async handle(
    { resourceIds }: ParsedRequestOf<typeof forgetCredentials>,
    call: Call,
  ): Promise<ReplyOf<typeof forgetCredentials>> {
    const issuers = await this.orphaned.issuersOf(resourceIds, call);
    const orphans = await this.unitOfWork.run(call.org, async (work) => {
      const gone = await this.orphaned.take(work, resourceIds);
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
      return gone;
    });
    // Nobody who deletes a resource waits for providers.
    void this.orphaned.end(orphans, issuers, call);
    return {};
  }
}
