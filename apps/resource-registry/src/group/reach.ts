import type { Principal } from '@pontage/contracts';
import { accessLevels, type Access, type Group } from '@pontage/contracts/resource-registry';
import { forbidden, notFound } from '@pontage/problems';

/** What of an organisation a principal can reach: everything, or what these groups have. */
export type Reach = 'everything' | readonly Group[];

/** The two kinds of things that groups have access to. */
export type Reached = 'apps' | 'resources';

/** A token that is restricted to groups reaches what they have; an external user reaches nothing here. */
export async function reachOf(
  principal: Principal,
  groups: (ids: readonly number[]) => Promise<Group[]>,
): Promise<Reach> {
  if (principal.type === 'service') return 'everything';
  if (principal.type === 'external') return [];
  return principal.groupIds === null ? 'everything' : groups(principal.groupIds);
}

/** @throws notFound for what the principal may not know of; `forbidden` when he may know of it, but not do this */
export function requireAccess(reach: Reach, kind: Reached, id: string, needed: Access): void {
  if (reach === 'everything') return;
  const level = Math.max(-1, ...reach.map((group) => levelIn(group, kind, id)));
  if (level < 0) throw notFound({});
  if (level < accessLevels.indexOf(needed))
    throw forbidden({}, { detail: `The token's groups do not have "${needed}" here.` });
}

/** @throws forbidden for a token whose groups would not have what it is about to add */
export function requireCreation(reach: Reach, kind: Reached): void {
  if (reach === 'everything' || reach.some((group) => levelOfAll(group, kind) >= accessLevels.indexOf('edit'))) return;
  throw forbidden({}, { detail: 'The token is restricted to groups, and what it adds would belong to none of them.' });
}

/** @throws notFound for a group that the principal may not know of */
export function requireKnown(reach: Reach, id: number): void {
  if (reach !== 'everything' && !reach.some((group) => group.id === id)) throw notFound({});
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
  if (reach === 'everything' || reach.some((group) => levelOfAll(group, kind) >= 0)) return undefined;
  return [
    ...new Set(
      reach.flatMap((group) =>
        kind === 'apps' ? group.apps.map(({ app }) => app) : group.resources.map(({ resource }) => resource),
      ),
    ),
  ];
}

const levelIn = (group: Group, kind: Reached, id: string): number => {
  const one =
    kind === 'apps'
      ? group.apps.find(({ app }) => app === id)
      : group.resources.find(({ resource }) => resource === id);
  return Math.max(levelOfAll(group, kind), one === undefined ? -1 : accessLevels.indexOf(one.access));
};

const levelOfAll = (group: Group, kind: Reached): number => {
  const all = kind === 'apps' ? group.allApps : group.allResources;
  return all === 'none' ? -1 : accessLevels.indexOf(all);
};
