import type { Actor } from '@pontage/contracts/events';
import type { AuthenticationView, Resource, ResourceSettings } from '@pontage/contracts/resource-registry';
import { invalidRequest, secretRequired } from '@pontage/problems';
import { z } from 'zod';
import { refuseOversize } from '../call/size-limit.js';
import { pairValues, refuseBadTemplates } from '../call/template-check.js';
import type { Regions } from '../region/regions.js';

/** How a resource is recognised upstream: what its readers see, and the broker's name for the rest. */
export interface Credential {
  /** Null: there is none to lend. */
  readonly credentialId: string | null;
  readonly authentication: AuthenticationView;
}

/** A resource at one of its versions. Versions never change. */
export interface SavedResource extends Credential {
  readonly id: string;
  readonly version: number;
  readonly settings: ResourceSettings;
  readonly createdAt: string;
  readonly savedAt: string;
  readonly savedBy: Actor;
}

/** The credential of a resource whose upstream asks for none. */
export const noCredential: Credential = { credentialId: null, authentication: { method: 'none' } };

/** A resource as it begins. */
export function firstVersion(
  id: string,
  settings: ResourceSettings,
  { credentialId, authentication }: Credential,
  by: Actor,
): SavedResource {
  const now = new Date().toISOString();
  return { id, version: 1, settings, credentialId, authentication, createdAt: now, savedAt: now, savedBy: by };
}

/** A resource as it goes on. */
export function nextVersion(
  before: SavedResource,
  settings: ResourceSettings,
  { credentialId, authentication }: Credential,
  by: Actor,
): SavedResource {
  return {
    ...before,
    version: before.version + 1,
    settings,
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

/**
 * Refuses settings that could never work.
 * @throws unknownRegion; invalidRequest with a pointer per field
 */
export function checkSettings(settings: ResourceSettings, regions: Regions): void {
  refuseOversize(settings);
  if (z.uuid().safeParse(settings.name).success) {
    throw invalidRequest(
      {},
      { errors: [{ pointer: '/name', detail: 'A name that looks like an id would hide the resource with this id.' }] },
    );
  }
  if (settings.region !== null) regions.require(settings.region);
  refuseBadTemplates([
    ['/baseUrl', settings.baseUrl],
    ...pairValues(settings.urlParams, '/urlParams'),
    ...pairValues(settings.headers, '/headers'),
    ...pairValues(settings.body, '/body'),
  ]);
}

/** True when requests would go elsewhere: a secret that was given for one place is not taken to another. */
export function isDestinationChanged(before: ResourceSettings, after: ResourceSettings): boolean {
  return before.baseUrl !== after.baseUrl || before.region !== after.region;
}

/** @throws secretRequired when requests would go elsewhere with a secret that was given for the old place */
export function refuseMovedSecret(before: SavedResource, after: ResourceSettings): void {
  if (isDestinationChanged(before.settings, after) && holdsSecret(before.authentication)) throw secretRequired({});
}

/** True when a reader would see a secret as set, however deep. */
function holdsSecret(view: unknown): boolean {
  if (typeof view !== 'object' || view === null) return false;
  return ('set' in view && view.set === true) || Object.values(view).some(holdsSecret);
}
