import type { Call } from '@pontage/contracts';
import type { Credential } from './resource.js';

/** What a draft is claimed for. */
export interface Claim {
  readonly draftId: string;
  readonly resourceId: string;
  /** The credential that kept fields are taken from. */
  readonly basedOn: string | null;
  readonly destinationChanged: boolean;
}

/** The broker, as far as the registry needs it: it keeps the secrets of resources. */
export abstract class CredentialClaims {
  /**
   * Turns a draft into a resource's credential.
   * @throws secretRequired; invalidRequest, also for a draft that is gone
   */
  abstract claim(claim: Claim, call: Call): Promise<Credential>;
  /** Has everything forgotten that belongs to a resource. Forgetting again is no fault. */
  abstract forget(resourceId: string, call: Call): Promise<void>;
}
