import { randomUUID } from 'node:crypto';
import { needsConsent } from '@pontage/auth-methods';
import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { draftRotation } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { invalidRequest, rotationSettling } from '@pontage/problems';
import { CredentialStore } from '../credential/credential-store.js';
import { OpenedCredentials } from '../credential/opened-credentials.js';
import { DraftStore } from '../draft/draft-store.js';
import { noteSecrets } from '../secrets/note-secrets.js';
import { withRotated } from './rotated-secrets.js';

const withPeople =
  'People sign in with this client, so its secret cannot be tested without one of them: change it with PATCH. What they have agreed to stays.';

/** Keeps what a credential would be with other secrets. It is whole, so that it can be tested before anything names it. */
@serves(draftRotation)
export class DraftRotation {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly opened: OpenedCredentials,
    private readonly credentials: CredentialStore,
    private readonly drafts: DraftStore,
  ) {}

  async handle(
    { credentialId, resourceId, fields }: ParsedRequestOf<typeof draftRotation>,
    call: Call,
  ): Promise<ReplyOf<typeof draftRotation>> {
    const { method, credential } = await this.opened.find({ credentialId, resourceId }, call);
    // There is no token for a test: each is a person's, and refreshing one with a wrong secret would cost them theirs.
    if (needsConsent(method, credential.settings)) throw invalidRequest({}, { detail: withPeople });
    const given = Object.entries(fields).filter(([name]) => Object.hasOwn(method.secrets.shape, name));
    noteSecrets(
      call.org,
      given.map(([, value]) => value),
    );
    const { settings, secrets } = withRotated(method, credential, fields);
    const { rotations } = this.credentials;
    if (await this.unitOfWork.run(call.org, (work) => rotations.isSettling(work, credentialId)))
      throw rotationSettling({});
    const draftId = randomUUID();
    await this.drafts.insert(call.org, draftId, { method: method.id, settings, secrets, kept: [] });
    return { draftId, verificationUrl: method.verificationUrl?.(settings) ?? null };
  }
}
