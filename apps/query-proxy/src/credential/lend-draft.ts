import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { leaseDraft, leaseDraftSecrets, type Lease } from '@pontage/contracts/auth-broker';
import type { LeaseKey } from './lease-cache.js';
import { noteLease, noteLent } from './note-lent.js';
import type { SealedTexts } from './sealed-value-cache.js';

/** The lease on the draft of a credential, of a resource that is not saved: it is for one test, and kept nowhere. */
export async function lendDraft(bus: Bus, key: LeaseKey, call: Call): Promise<Lease> {
  const { credentialId: draftId, region, environment } = key;
  const lease = await bus.request(leaseDraft, { draftId, region, environment }, call);
  noteLease(call.org, lease);
  return lease;
}

/** The values of the draft of its sealed values. */
export async function lendDraftSecrets(bus: Bus, draftId: string, call: Call): Promise<SealedTexts> {
  const { values } = await bus.request(leaseDraftSecrets, { draftId }, call);
  noteLent(call.org, Object.values(values));
  return values;
}
