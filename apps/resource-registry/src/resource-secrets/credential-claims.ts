import type { Call } from '@pontage/contracts';
import type { NamedVariable } from '@pontage/contracts/auth-broker';
import type { Credential } from '../resource/resource.js';
import type { SealedPlace } from './sealed-values.js';
import type { AuthenticationView, SecretView } from '@pontage/contracts/resource-registry';

/** What a draft is claimed for. */
export interface Claim {
  readonly draftId: string;
  readonly resourceId: string;
  /** The credential that kept fields are taken from. */
  readonly basedOn: string | null;
  readonly destinationChanged: boolean;
  /** True: only what the credential would look like is wanted; the draft stays. */
  readonly isTrial: boolean;
  /** Where the resource's requests go, as it is configured. */
  readonly baseUrl: string;
  /** True: the credential before stands in for it until it has proven itself. */
  readonly rotates?: boolean;
}

/** What has taken the place of a credential that was retired. */
export interface Successor {
  readonly credentialId: string;
  readonly authentication: AuthenticationView;
  readonly rotatedAt: string;
}

/** What the draft of sealed values is claimed for. */
export interface SecretsClaim {
  readonly draftId: string;
  readonly resourceId: string;
  /** The sealed values that kept ones are taken from. */
  readonly basedOn: string | null;
  readonly destinationChanged: boolean;
  readonly keep: readonly SealedPlace<SecretView>[];
  /** True: only what the values would look like is wanted; the draft stays. */
  readonly isTrial: boolean;
}

/** Sealed values as the broker keeps them: its name for them, and the fingerprint of each one of the draft. */
export interface ClaimedSecrets {
  /** Null for a trial. */
  readonly secretsId: string | null;
  readonly fingerprints: Readonly<Record<string, string>>;
  /** The configuration variables that come in with them. */
  readonly brought: readonly NamedVariable[];
}

/** A credential as the broker keeps it, and the configuration variables that come in with it. */
export interface ClaimedCredential extends Credential {
  /** Since when its secrets are what they are; undefined: an older broker does not tell. */
  readonly rotatedAt: string | undefined;
  readonly brought: readonly NamedVariable[];
}

/** The broker, as far as the registry needs it: it keeps the secrets of resources. */
export abstract class CredentialClaims {
  /**
   * Turns a draft into a resource's credential.
   * @throws secretRequired; rotationSettling; invalidRequest, also for a draft that is gone
   */
  abstract claim(claim: Claim, call: Call): Promise<ClaimedCredential>;
  /**
   * Turns a draft into a resource's sealed values.
   * @throws secretRequired; invalidRequest, also for a draft that is gone
   */
  abstract claimSecrets(claim: SecretsClaim, call: Call): Promise<ClaimedSecrets>;
  /** What stands in for those of a resource's credentials that were retired, by their ids. */
  abstract successors(
    resourceId: string,
    credentialIds: readonly string[],
    call: Call,
  ): Promise<Readonly<Record<string, Successor>>>;
  /** Has everything forgotten that belongs to these resources, or nothing of it. Forgetting again is no fault. */
  abstract forget(resourceIds: readonly string[], call: Call): Promise<void>;
}
