import type { Call } from '@pontage/contracts';
import type { ResourceDraft } from '@pontage/contracts/resource-registry';
import { invalidRequest } from '@pontage/problems';
import type { CredentialClaims } from './credential-claims.js';
import {
  isDestinationChanged,
  noCredential,
  type Credential,
  type SavedResource,
  type SealedSettings,
} from '../resource/resource.js';
import { asStored, holdsDrafted, keptPlacesOf, refuseMovedValues, refuseUnknownKept } from './sealed-values.js';

/** What a client sent besides settings: the broker's names for the secrets among it. */
export interface Drafts {
  readonly draftId?: string | undefined;
  readonly secretsDraftId?: string | undefined;
}

/** Claims the secrets of a resource that is about to be saved; the broker is asked before anything is written. */
export class ResourceClaims {
  constructor(private readonly credentials: CredentialClaims) {}

  /** Null: the credential stays as it is. @throws Problem the broker's */
  async credential(
    id: string,
    before: SavedResource | undefined,
    settings: ResourceDraft,
    { draftId }: Drafts,
    call: Call,
  ): Promise<Credential | null> {
    if (draftId === undefined) return before === undefined ? noCredential : null;
    const destinationChanged = before !== undefined && isDestinationChanged(before.settings, settings);
    const basedOn = before?.credentialId ?? null;
    const { baseUrl } = settings;
    return this.credentials.claim({ draftId, resourceId: id, basedOn, destinationChanged, baseUrl }, call);
  }

  /**
   * The settings as they are saved, their new secrets claimed.
   * @throws secretRequired, invalidRequest when there is nothing to keep, or not for this destination
   */
  async settings(
    id: string,
    before: SavedResource | undefined,
    settings: ResourceDraft,
    { secretsDraftId }: Drafts,
    call: Call,
  ): Promise<SealedSettings> {
    refuseUnknownKept(before?.settings, settings);
    if (before !== undefined && isDestinationChanged(before.settings, settings)) refuseMovedValues(settings);
    const keep = keptPlacesOf(settings);
    const basedOn = before?.secretsId ?? null;
    if (secretsDraftId === undefined) {
      if (holdsDrafted(settings)) throw invalidRequest({}, { detail: 'There is no draft of the sealed values.' });
      return { settings: asStored(settings, {}), secretsId: keep.length === 0 ? null : basedOn };
    }
    const claim = { draftId: secretsDraftId, resourceId: id, basedOn, keep };
    const { secretsId, fingerprints } = await this.credentials.claimSecrets(claim, call);
    return { settings: asStored(settings, fingerprints), secretsId };
  }

  /** Has everything forgotten that belongs to a resource. */
  forget(id: string, call: Call): Promise<void> {
    return this.credentials.forget(id, call);
  }
}
