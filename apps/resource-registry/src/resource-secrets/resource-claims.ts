import type { Call } from '@pontage/contracts';
import type { ResourceDraft } from '@pontage/contracts/resource-registry';
import { invalidRequest } from '@pontage/problems';
import { variablesNamed, type SecretVariables } from '../config/secret-variables.js';
import type { CallWork } from '../call/call-transactions.js';
import { templatesOf } from '../resource/check-settings.js';
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
  constructor(
    private readonly credentials: CredentialClaims,
    private readonly secretVariables: SecretVariables,
  ) {}

  /**
   * Looks for secret variables that readable settings name and did not name before, or not for this destination.
   * @throws forbidden for whoever cannot bring them in
   */
  async refuseBrought(work: CallWork, before: SavedResource | undefined, after: ResourceDraft): Promise<void> {
    const stays = before !== undefined && !isDestinationChanged(before.settings, after);
    const known = new Set(stays ? variablesNamed(templatesOf(before.settings)).map(({ name }) => name) : []);
    const brought = variablesNamed(templatesOf(after)).filter(({ name }) => !known.has(name));
    await this.secretVariables.refuseBrought(work, brought);
  }

  /** Null: the credential stays as it is. @throws Problem the broker's; forbidden for a secret variable that it brings in */
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
    const claim = { draftId, resourceId: id, basedOn, destinationChanged };
    const { brought, ...credential } = await this.credentials.claim(claim, call);
    await this.secretVariables.refuseBroughtBy(call, brought);
    return credential;
  }

  /**
   * The settings as they are saved, their new secrets claimed.
   * @throws secretRequired, invalidRequest when there is nothing to keep, or not for this destination; forbidden for a
   * secret variable that they bring in
   */
  async settings(
    id: string,
    before: SavedResource | undefined,
    settings: ResourceDraft,
    { secretsDraftId }: Drafts,
    call: Call,
  ): Promise<SealedSettings> {
    refuseUnknownKept(before?.settings, settings);
    const destinationChanged = before !== undefined && isDestinationChanged(before.settings, settings);
    if (destinationChanged) refuseMovedValues(settings);
    const keep = keptPlacesOf(settings);
    const basedOn = before?.secretsId ?? null;
    if (secretsDraftId === undefined) {
      if (holdsDrafted(settings)) throw invalidRequest({}, { detail: 'There is no draft of the sealed values.' });
      return { settings: asStored(settings, {}), secretsId: keep.length === 0 ? null : basedOn };
    }
    const claim = { draftId: secretsDraftId, resourceId: id, basedOn, destinationChanged, keep };
    const { secretsId, fingerprints, brought } = await this.credentials.claimSecrets(claim, call);
    await this.secretVariables.refuseBroughtBy(call, brought);
    return { settings: asStored(settings, fingerprints), secretsId };
  }

  /** Has everything forgotten that belongs to a resource. */
  forget(id: string, call: Call): Promise<void> {
    return this.credentials.forget(id, call);
  }
}
