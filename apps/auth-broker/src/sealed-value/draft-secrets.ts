import { randomUUID } from 'node:crypto';
import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { draftSecrets } from '@pontage/contracts/auth-broker';
import { DraftStore } from '../draft/draft-store.js';
import { noteSecrets } from '../secrets/note-secrets.js';
import { checkSecrets } from './check-secrets.js';
import { sealedValueKind } from './sealed-value-kind.js';

/** Checks and keeps the new secrets among a resource's settings. */
@serves(draftSecrets)
export class DraftSecrets {
  constructor(private readonly drafts: DraftStore) {}

  async handle(draft: ParsedRequestOf<typeof draftSecrets>, { org }: Call): Promise<ReplyOf<typeof draftSecrets>> {
    noteSecrets(
      org,
      draft.secrets.map(({ value }) => value),
    );
    checkSecrets(draft);
    const draftId = randomUUID();
    const secrets = Object.fromEntries(
      draft.secrets.map(({ place, pointer, value }, index) => [`s${index}`, { place, pointer, value }]),
    );
    await this.drafts.insert(org, draftId, { method: sealedValueKind, settings: {}, secrets, kept: [] });
    return { draftId };
  }
}
