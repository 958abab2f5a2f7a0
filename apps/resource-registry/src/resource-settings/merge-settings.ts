import type { ResourceDraft, ResourceDraftPatch, ResourceSettings } from '@pontage/contracts/resource-registry';

/** The settings with some of them changed. An environment is replaced as a whole, and null ends what it has of its own. */
export function mergeSettings(
  before: ResourceSettings,
  { environments, ...changed }: ResourceDraftPatch,
): ResourceDraft {
  const own = Object.entries({ ...before.environments, ...environments }).flatMap(([name, each]) =>
    each === null ? [] : [[name, each] as const],
  );
  return { ...before, ...changed, environments: Object.fromEntries(own) };
}

/** The environments that a change is about; undefined: it is about what is so everywhere. */
export function environmentsOf({ environments, ...changed }: ResourceDraftPatch): string[] | undefined {
  const isEverywhere = environments === undefined || Object.keys(changed).length > 0;
  return isEverywhere ? undefined : Object.keys(environments);
}
