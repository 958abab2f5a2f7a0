import type { Actor } from '@pontage/contracts/events';
import type {
  AuthenticationView,
  Resource,
  ResourceDraft,
  ResourceSettings,
} from '@pontage/contracts/resource-registry';
import { secretRequired } from '@pontage/problems';

/** How a resource is recognised upstream: what its readers see, and the broker's name for the rest. */
export interface Credential {
  /** Null: there is none to lend. */
  readonly credentialId: string | null;
  readonly authentication: AuthenticationView;
}

/** The settings of a resource, with the broker's name for the sealed values among them. */
export interface SealedSettings {
  readonly settings: ResourceSettings;
  /** Null: none of them is sealed. */
  readonly secretsId: string | null;
}

/** A resource at one of its versions. Versions never change. */
export interface SavedResource extends Credential, SealedSettings {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly savedAt: string;
  readonly savedBy: Actor;
}

/** The credential of a resource whose upstream asks for none. */
export const noCredential: Credential = { credentialId: null, authentication: { method: 'none' } };

/** A resource as it begins. */
export function firstVersion(
  id: string,
  { settings, secretsId }: SealedSettings,
  { credentialId, authentication }: Credential,
  by: Actor,
): SavedResource {
  const now = new Date().toISOString();
  return {
    id,
    version: 1,
    settings,
    secretsId,
    credentialId,
    authentication,
    createdAt: now,
    savedAt: now,
    savedBy: by,
  };
}

/** A resource as it goes on. */
export function nextVersion(
  before: SavedResource,
  { settings, secretsId }: SealedSettings,
  { credentialId, authentication }: Credential,
  by: Actor,
): SavedResource {
  return {
    ...before,
    version: before.version + 1,
    settings,
    secretsId,
    credentialId,
    authentication,
    savedAt: new Date().toISOString(),
    savedBy: by,
  };
}

/** A resource as its readers see it. */
export function viewOf({ id, version, settings, authentication, createdAt, savedAt }: SavedResource): Resource {
  return { ...settings, id, version, authentication, createdAt, updatedAt: savedAt };
}

/** The part of a version that differs from others, for comparisons: no secret is in it. */
export function chosenOf({
  settings,
  authentication,
}: Pick<SavedResource, 'settings' | 'authentication'>): Record<string, unknown> {
  return { ...settings, authentication };
}

/** True when requests would go elsewhere: a secret that was given for one place is not taken to another. */
export function isDestinationChanged(before: ResourceSettings, after: ResourceDraft): boolean {
  if (before.baseUrl !== after.baseUrl || before.region !== after.region) return true;
  const { tls } = after;
  return (
    before.tls.allowSelfSigned !== tls.allowSelfSigned ||
    before.tls.ca !== tls.ca ||
    before.tls.clientCertificate !== tls.clientCertificate ||
    JSON.stringify(before.tls.clientKey) !== JSON.stringify(tls.clientKey)
  );
}

/** @throws secretRequired when requests would go elsewhere with a secret that was given for the old place */
export function refuseMovedSecret(before: SavedResource, after: ResourceDraft): void {
  if (isDestinationChanged(before.settings, after) && holdsSecret(before.authentication)) throw secretRequired({});
}

/** True when a reader would see a secret as set, however deep. */
function holdsSecret(view: unknown): boolean {
  if (typeof view !== 'object' || view === null) return false;
  return ('set' in view && view.set === true) || Object.values(view).some(holdsSecret);
}
