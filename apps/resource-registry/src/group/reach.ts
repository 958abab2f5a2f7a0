import type { Principal } from '@pontage/contracts';
import { accessLevels, type Access, type Group } from '@pontage/contracts/resource-registry';
import { forbidden, notFound } from '@pontage/problems';

/** What of an organisation a principal can reach: everything, or what some groups have. */
export type Reach = 'everything' | GroupReach;

/** What these groups have, in an organisation with these environments. */
export interface GroupReach {
  readonly groups: readonly Group[];
  readonly environments: readonly string[];
}

/** The two kinds of things that groups have access to. */
export type Reached = 'apps' | 'resources';

/** Whoever is restricted to groups reaches what they have; an external user reaches nothing here. */
export async function reachOf(
  principal: Principal,
  groups: (ids: readonly number[]) => Promise<Group[]>,
  environments: () => Promise<readonly string[]>,
): Promise<Reach> {
  if (principal.type === 'service') return 'everything';
  if (principal.type === 'external') return { groups: [], environments: [] };
  if (principal.groupIds === null) return 'everything';
  const open = principal.type === 'member' && principal.openResources ? [openToAll] : [];
  return { groups: [...(await groups(principal.groupIds)), ...open], environments: await environments() };
}

/** What members without a group have while the organisation's resources are open to them: nobody's group, that nobody can name. */
const openToAll: Group = {
  id: 0,
  name: '',
  version: 1,
  allApps: 'none',
  allResources: 'edit',
  apps: [],
  resources: [],
};

/** @throws notFound for what the principal may use in no environment: he may not know of it */
export function requireReading(reach: Reach, kind: Reached, id: string): void {
  if (reach !== 'everything' && levelIn(reach, kind, id) < 0) throw notFound({});
}

/**
 * Lets a principal do what needs this access in each of these environments. None are named for what concerns the
 * organisation's every environment; an empty list is nowhere, and refused.
 * @throws notFound for what the principal may not know of; `forbidden` when he may know of it, but not do this
 */
export function requireAccess(
  reach: Reach,
  kind: Reached,
  id: string,
  needed: Access,
  environments?: readonly string[],
): void {
  if (reach === 'everything') return;
  requireReading(reach, kind, id);
  const holds = (environment: string) => levelIn(reach, kind, id, environment) >= accessLevels.indexOf(needed);
  const asked = environments ?? reach.environments;
  if (asked.length > 0 && asked.every(holds)) return;
  const held = reach.environments.filter(holds);
  if (held.length === 0) throw forbidden({}, { detail: `The token's groups do not have "${needed}" here.` });
  // Which other environments there are, a token that is restricted to some need not be told.
  const where = environments?.join(', ') ?? 'every environment';
  throw forbidden(
    {},
    { detail: `This needs "${needed}" in ${where}; the token's groups have it in ${held.join(', ')} only.` },
  );
}

/** @throws forbidden for a token whose groups would not have what it is about to add */
export function requireCreation(reach: Reach, kind: Reached): void {
  if (reach === 'everything') return;
  if (reach.groups.some((group) => levelOfAll(group, kind) >= accessLevels.indexOf('edit'))) return;
  throw forbidden({}, { detail: 'The token is restricted to groups, and what it adds would belong to none of them.' });
}

/** @throws notFound for a group that the principal may not know of */
export function requireKnown(reach: Reach, id: number): void {
  if (reach !== 'everything' && !reach.groups.some((group) => group.id === id)) throw notFound({});
}

/** @throws forbidden for whoever is restricted to groups: he would widen his own reach, or get at what others stand on */
export function requireEverything(reach: Reach): void {
  if (reach !== 'everything')
    throw forbidden(
      {},
      { detail: 'A token that is restricted to groups gets at neither groups nor what all of them share.' },
    );
}

/** The ids that a list may show; undefined: all of them. */
export function idsWithin(reach: Reach, kind: Reached): string[] | undefined {
  if (reach === 'everything') return undefined;
  const { groups } = reach;
  if (groups.some((group) => levelOfAll(group, kind) >= 0)) return undefined;
  return [
    ...new Set(
      groups.flatMap((group) =>
        kind === 'apps' ? group.apps.map(({ app }) => app) : group.resources.map(({ resource }) => resource),
      ),
    ),
  ];
}

/** The highest level that any of the groups has; -1: none of them has any. Without an environment: in whichever. */
function levelIn({ groups }: GroupReach, kind: Reached, id: string, environment?: string): number {
  const levels = groups.flatMap((group) => {
    const one = accessIn(group, kind, id, environment);
    return [levelOfAll(group, kind), one === undefined ? -1 : accessLevels.indexOf(one)];
  });
  return Math.max(-1, ...levels);
}

function accessIn(group: Group, kind: Reached, id: string, environment: string | undefined): Access | undefined {
  if (kind === 'apps') return group.apps.find(({ app }) => app === id)?.access;
  const one = group.resources.find(({ resource }) => resource === id);
  const isElsewhere = environment !== undefined && one?.environments?.includes(environment) === false;
  return isElsewhere ? undefined : one?.access;
}

const levelOfAll = (group: Group, kind: Reached): number => {
  const all = kind === 'apps' ? group.allApps : group.allResources;
  return all === 'none' ? -1 : accessLevels.indexOf(all);
};
