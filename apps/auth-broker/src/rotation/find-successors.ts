import { authMethods } from '@pontage/auth-methods';
import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { findSuccessors } from '@pontage/contracts/auth-broker';
import { SealBroken } from '@pontage/envelope';
import { UnitOfWork, type Work } from '@pontage/persistence';
import { leaseUnavailable } from '@pontage/problems';
import { credentialView } from '../credential/credential-view.js';
import { CredentialStore, type StoredCredential } from '../credential/credential-store.js';
import { Fingerprints } from '../secrets/fingerprints.js';

type Reply = ReplyOf<typeof findSuccessors>;

/** Says what stands in for credentials that were retired. */
@serves(findSuccessors)
export class FindSuccessors {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialStore,
    private readonly fingerprints: Fingerprints,
  ) {}

  handle({ resourceId, credentialIds }: ParsedRequestOf<typeof findSuccessors>, call: Call): Promise<Reply> {
    return this.unitOfWork.run(call.org, async (work) => {
      await this.credentials.rotations.holdBack(work, credentialIds);
      const successors: Reply['successors'] = {};
      for (const [retired, id] of await this.credentials.successors(work, resourceId, credentialIds)) {
        const stored = await this.credentials.find(work, id, resourceId);
        if (stored !== undefined) successors[retired] = await this.shown(work, stored);
      }
      return { successors };
    });
  }

  private async shown(work: Work, stored: StoredCredential): Promise<Reply['successors'][string]> {
    const method = authMethods.get(stored.method);
    if (method === undefined)
      throw leaseUnavailable({}, { note: `a credential of the unknown method ${stored.method}` });
    try {
      const credential = { settings: stored.settings, secrets: this.credentials.open(stored) };
      const fingerprint = await this.fingerprints.of(work);
      return {
        credentialId: stored.id,
        authentication: credentialView(method, credential, (value) =>
          fingerprint([work.org, stored.resourceId], value),
        ),
        rotatedAt: stored.rotatedAt.toISOString(),
      };
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      throw leaseUnavailable({}, { detail: 'The stored credential cannot be opened.', cause: error });
    }
  }
}
