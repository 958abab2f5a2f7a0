import { createHash } from 'node:crypto';
import { preconditionFailed, type Problem } from '@pontage/problems';
import { changesBetween, type Change } from '../call/changes.js';
import { chosenOf, type ResourceContent, type SavedResource } from '../resource/resource.js';
import type { Saving } from '../resource-secrets/resource-claims.js';

/** A resource that is to be as the set has it; there is nothing before one that is new. */
export interface PlannedSaving extends Saving {
  readonly action: 'create' | 'update';
  /** Where it stands in the set. */
  readonly at: string;
}

/** One resource that a set speaks of, and what has to be done about it. */
export type PlannedChange = PlannedSaving | { readonly action: 'delete' | 'none'; readonly before: SavedResource };

/** True for what is written anew, so that the broker has to be asked. */
export const isSaving = <C extends PlannedChange>(change: C): change is C & PlannedSaving => 'drafted' in change;

/** A planned change with what it changes. */
export type WeighedChange = PlannedChange & { readonly differences: readonly Change[] };

/** What an update would change; none at all makes it unnecessary. */
export function differencesOf(before: SavedResource | undefined, content: ResourceContent | undefined): Change[] {
  return changesBetween(before === undefined ? {} : chosenOf(before), content === undefined ? {} : chosenOf(content));
}

/** The name of the resource that a change is about. */
export const nameOf = (change: PlannedChange): string =>
  isSaving(change) ? change.drafted.settings.name : change.before.settings.name;

/** What the plan stands on: another version of one of its resources is another basis. */
export function basisOf(changes: readonly PlannedChange[]): string {
  const seen = changes.map((change): [string, string, number] => [
    nameOf(change),
    change.before?.id ?? '',
    change.before?.version ?? 0,
  ]);
  const text = JSON.stringify(seen.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  return createHash('sha256').update(text).digest('base64url');
}

/** What a plan is refused with that does not fit what there is any more. */
export const changedSince = (): Problem =>
  preconditionFailed({}, { detail: 'The resources have changed since the plan was made.' });

/** A change as its readers see it. */
export const viewOf = (change: WeighedChange) => ({
  name: nameOf(change),
  action: change.action,
  id: change.before?.id ?? null,
  version: change.before?.version ?? null,
  differences: change.differences.map((each) => ({ ...each })),
});
