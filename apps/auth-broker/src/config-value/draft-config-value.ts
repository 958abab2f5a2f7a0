import { randomUUID } from 'node:crypto';
import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { draftConfigValue } from '@pontage/contracts/auth-broker';
import { DraftStore } from '../draft/draft-store.js';

/** What stands in the place of an auth method in a draft of a configuration variable's value. */
export const configValueKind = 'config-value';

/** Keeps the secret value of a variable that is about to be set. */
@serves(draftConfigValue)
export class DraftConfigValue {
  constructor(private readonly drafts: DraftStore) {}

  async handle(
    { value }: ParsedRequestOf<typeof draftConfigValue>,
    { org }: Call,
  ): Promise<ReplyOf<typeof draftConfigValue>> {
    const draftId = randomUUID();
    await this.drafts.insert(org, draftId, { method: configValueKind, settings: {}, secrets: { value }, kept: [] });
    return { draftId };
  }
}
