import type { ResourceDraft } from '@pontage/contracts/resource-registry';
import { secretRequired } from '@pontage/problems';
import type { ResourceContent } from '../resource/resource.js';
import { isSameDestination, variantIn, variantsOf } from '../resource-settings/variant.js';
import { valuesTakenAlong } from './sealed-values.js';

/**
 * A credential that is kept stays at the place that it was given for, in each environment.
 * @param isKept whether the authentication that is for all environments stays as it is
 * @throws secretRequired when requests would go elsewhere with a secret
 */
export function refuseMovedCredentials(before: ResourceContent, after: ResourceDraft, isKept: boolean): void {
  const moved = variantsOf(after).filter(({ environment, own, settings }) => {
    const kept = environment === null ? (isKept ? before.authentication : undefined) : own.authentication;
    if (!holdsSecret(kept)) return false;
    return !isSameDestination(variantIn(before.settings, environment).settings, settings);
  });
  refuse(
    moved.map(({ pointer }) => `${pointer}/authentication`),
    'The destination changes, so its secrets have to be given again.',
  );
}

/**
 * An environment whose requests go elsewhere brings its own secrets: those of the others do not go along.
 * @throws secretRequired
 */
export function refuseSecretsTakenAlong({ settings, authentication }: ResourceContent): void {
  const everywhere = variantIn(settings, null);
  const credentials = variantsOf(settings)
    .filter(({ own }) => own.authentication === undefined && holdsSecret(authentication))
    .filter((there) => !isSameDestination(everywhere.settings, there.settings))
    .map(({ pointer }) => `${pointer}/authentication`);
  refuse(
    [...credentials, ...valuesTakenAlong(settings)],
    'Requests of this environment go elsewhere, so it needs secrets of its own.',
  );
}

function refuse(pointers: readonly string[], detail: string): void {
  if (pointers.length > 0) throw secretRequired({}, { errors: pointers.map((pointer) => ({ pointer, detail })) });
}

/** True when a reader would see a secret as set, however deep. */
function holdsSecret(view: unknown): boolean {
  if (typeof view !== 'object' || view === null) return false;
  return ('set' in view && view.set === true) || Object.values(view).some(holdsSecret);
}
