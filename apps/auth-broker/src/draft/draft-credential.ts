import { randomUUID } from 'node:crypto';
import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { draftCredential } from '@pontage/contracts/auth-broker';
import { parseAuthentication, secretsOf } from '../authentication/parse-authentication.js';
import { noteSecrets } from '../secrets/note-secrets.js';
import { DraftStore } from './draft-store.js';

/** Checks and keeps the authentication of a resource that is about to be saved. */
@serves(draftCredential)
export class DraftCredential {
  constructor(private readonly drafts: DraftStore) {}

  async handle(
    { authentication }: ParsedRequestOf<typeof draftCredential>,
    { org }: Call,
  ): Promise<ReplyOf<typeof draftCredential>> {
    noteSecrets(org, secretsOf(authentication));
    const { method, settings, secrets, kept } = parseAuthentication(authentication);
    const draftId = randomUUID();
    await this.drafts.insert(org, draftId, { method: method.id, settings, secrets, kept });
    return { draftId };
  }
}
