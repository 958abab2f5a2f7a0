import { randomUUID } from 'node:crypto';
import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { draftCredential } from '@pontage/contracts/auth-broker';
import { parseAuthentication } from '../authentication/parse-authentication.js';
import { DraftStore } from './draft-store.js';

/** Checks and keeps the authentication of a resource that is about to be saved. */
@serves(draftCredential)
export class DraftCredential {
  constructor(private readonly drafts: DraftStore) {}

  async handle(
    { authentication }: ParsedRequestOf<typeof draftCredential>,
    { org }: Call,
  ): Promise<ReplyOf<typeof draftCredential>> {
    const { method, settings, secrets, kept } = parseAuthentication(authentication);
    const draftId = randomUUID();
    await this.drafts.insert(org, draftId, { method: method.id, settings, secrets, kept });
    return { draftId };
  }
}
