import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { leaseDraftSecrets, sealedName } from '@pontage/contracts/auth-broker';
import { notFound } from '@pontage/problems';
import { sealedValueKind, type DraftedValues } from '../sealed-value/sealed-value-kind.js';
import { DraftStore } from './draft-store.js';

/** Lends a query-proxy the sealed values of a draft. */
@serves(leaseDraftSecrets)
export class LeaseDraftSecrets {
  constructor(private readonly drafts: DraftStore) {}

  async handle(
    { draftId }: ParsedRequestOf<typeof leaseDraftSecrets>,
    { org }: Call,
  ): Promise<ReplyOf<typeof leaseDraftSecrets>> {
    const draft = await this.drafts.read(org, draftId);
    if (draft?.method !== sealedValueKind) throw notFound({}, { detail: 'There is no such draft of sealed values.' });
    const values = Object.entries(draft.secrets as DraftedValues);
    return { values: Object.fromEntries(values.map(([slot, { place, value }]) => [sealedName(place, slot), value])) };
  }
}
