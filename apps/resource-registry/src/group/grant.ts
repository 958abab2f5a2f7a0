import type { Access, Group } from '@pontage/contracts/resource-registry';
import { invalidRequest } from '@pontage/problems';

/** What a group may do with a resource, and in which environments; null: in all of them. */
export type Grant = Pick<Group['resources'][number], 'access' | 'environments'>;

/**
 * Refuses a restriction that names an environment twice, or one that the organisation does not have.
 * @throws invalidRequest with a pointer per name
 */
export function checkEnvironments({ environments }: Grant, known: readonly string[]): void {
  const errors = (environments ?? []).flatMap((environment, index, all) => {
    const pointer = `/environments/${index}`;
    if (!known.includes(environment)) return [{ pointer, detail: 'The organisation has no such environment.' }];
    return all.indexOf(environment) < index ? [{ pointer, detail: 'It is there already.' }] : [];
  });
  if (errors.length > 0) throw invalidRequest({}, { errors });
}

/** A grant as the record shows it: the level alone when it holds everywhere. */
export function recorded(grant: Grant | null): Access | Grant | null {
  return grant?.environments === null ? grant.access : grant;
}
