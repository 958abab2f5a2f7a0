import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { noteRotations } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { CredentialStore } from '../credential/credential-store.js';

/** Counts what upstreams say of new credentials. */
@serves(noteRotations)
export class NoteRotations {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialStore,
  ) {}

  handle({ notes }: ParsedRequestOf<typeof noteRotations>, call: Call): Promise<ReplyOf<typeof noteRotations>> {
    return this.unitOfWork.run(call.org, async (work) => {
      // In one order, so that two processes that note the same do not wait for one another.
      const sorted = [...notes].sort((one, other) => one.credentialId.localeCompare(other.credentialId));
      for (const { credentialId, accepted, refused } of sorted)
        await this.credentials.rotations.note(work, credentialId, accepted, refused);
      return {};
    });
  }
}
