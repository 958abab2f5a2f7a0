import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { dropDrafts } from '@pontage/contracts/auth-broker';
import { DraftStore } from './draft-store.js';

/** Deletes drafts before their time. */
@serves(dropDrafts)
export class DropDrafts {
  constructor(private readonly drafts: DraftStore) {}

  async handle({ draftIds }: ParsedRequestOf<typeof dropDrafts>, { org }: Call): Promise<ReplyOf<typeof dropDrafts>> {
    await this.drafts.drop(org, draftIds);
    return {};
  }
}
