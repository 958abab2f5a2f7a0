import { describe, expect, it } from '@jest/globals';
import type { Access, Group } from '@pontage/contracts/resource-registry';
import {
  idsWithin,
  reachOf,
  requireAccess,
  requireCreation,
  requireEverything,
  requireKnown,
  requireReading,
  type GroupReach,
} from './reach.js';

const group = (more: Partial<Group>): Group => ({
  id: 1,
  name: 'g',
  version: 1,
  allApps: 'none',
  allResources: 'none',
  apps: [],
  resources: [],
  ...more,
});
const within = (...groups: Group[]): GroupReach => ({ groups, environments: ['production', 'staging'] });
const granted = (access: Access, environments: string[] | null) =>
  group({ resources: [{ resource: 'r', access, environments }] });
const refusal = (act: () => void): { slug: string; detail: string } | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error as { slug: string; detail: string };
  }
};
const slug = (act: () => void): string | undefined => refusal(act)?.slug;

describe('reachOf', () => {
  const groups = (ids: readonly number[]) => Promise.resolve(ids.map((id) => group({ id })));
  const environments = () => Promise.resolve(['production']);
  const token = { type: 'token', id: '', display: '', scopes: [] } as const;

  it('is everything for services and tokens without groups, the groups for tokens with them', async () => {
    expect(await reachOf({ type: 'service', id: 's', display: 's' }, groups, environments)).toBe('everything');
    expect(await reachOf({ ...token, scopes: [], groupIds: null }, groups, environments)).toBe('everything');
    expect(await reachOf({ ...token, scopes: [], groupIds: [3] }, groups, environments)).toEqual({
      groups: [group({ id: 3 })],
      environments: ['production'],
    });
    expect(await reachOf({ ...token, scopes: [], groupIds: [] }, groups, environments)).toMatchObject({ groups: [] });
  });

  it('is nothing for external users, whatever their groups have', async () => {
    const external = {
      type: 'external',
      id: '',
      externalIdentifier: '',
      app: '',
      groupIds: [3],
      environment: '',
      userInfo: {},
      metadataJson: '',
    } as const;
    expect(await reachOf({ ...external, groupIds: [3] }, groups, environments)).toEqual({
      groups: [],
      environments: [],
    });
  });
});

describe('requireAccess', () => {
  const reach = within(
    group({ apps: [{ app: 'a', access: 'use' }], allResources: 'edit' }),
    group({ id: 2, apps: [{ app: 'a', access: 'edit' }] }),
  );

  it('takes the highest level that any group has', () => {
    expect(slug(() => requireAccess(reach, 'apps', 'a', 'edit'))).toBeUndefined();
    expect(slug(() => requireAccess(reach, 'apps', 'a', 'own'))).toBe('forbidden');
    expect(slug(() => requireAccess(reach, 'resources', 'any', 'edit'))).toBeUndefined();
    expect(slug(() => requireAccess('everything', 'apps', 'b', 'own'))).toBeUndefined();
  });

  it('says of what one may not know that it is not there', () => {
    expect(slug(() => requireAccess(reach, 'apps', 'b', 'use'))).toBe('not-found');
    expect(slug(() => requireAccess(within(), 'resources', 'any', 'use'))).toBe('not-found');
    expect(slug(() => requireKnown(reach, 3))).toBe('not-found');
    expect(slug(() => requireKnown(reach, 2))).toBeUndefined();
  });
});

describe('access that is restricted to environments', () => {
  const edit = (reach: GroupReach, ...environments: string[]) =>
    slug(() => requireAccess(reach, 'resources', 'r', 'edit', environments));
  const editEverywhere = (reach: GroupReach) => slug(() => requireAccess(reach, 'resources', 'r', 'edit'));

  it('is enough to read, in whichever environment it is', () => {
    const reach = within(granted('use', ['staging']));
    expect(slug(() => requireReading(reach, 'resources', 'r'))).toBeUndefined();
    expect(idsWithin(reach, 'resources')).toEqual(['r']);
    expect(slug(() => requireReading(reach, 'resources', 'other'))).toBe('not-found');
    expect(slug(() => requireReading(within(), 'resources', 'r'))).toBe('not-found');
  });

  it('changes nothing that concerns every environment, unless it is in every environment', () => {
    expect(editEverywhere(within(granted('own', ['staging'])))).toBe('forbidden');
    expect(editEverywhere(within(granted('own', ['staging', 'production'])))).toBeUndefined();
    expect(editEverywhere(within(granted('edit', null)))).toBeUndefined();
    expect(editEverywhere(within(granted('use', null), granted('edit', ['staging'])))).toBe('forbidden');
    expect(editEverywhere(within(granted('own', ['production']), granted('edit', ['staging'])))).toBeUndefined();
    expect(editEverywhere(within(granted('own', ['staging']), group({ allResources: 'edit' })))).toBeUndefined();
  });

  it('holds in its environments, when somebody asks for some of them', () => {
    const reach = within(granted('edit', ['staging']));
    expect([edit(reach, 'staging'), edit(reach, 'production'), edit(reach, 'staging', 'production')]).toEqual([
      undefined,
      'forbidden',
      'forbidden',
    ]);
    expect(edit(within(granted('use', ['staging']), granted('edit', ['production'])), 'staging')).toBe('forbidden');
    expect([edit(reach), edit(within(granted('own', null)))]).toEqual(['forbidden', 'forbidden']);
  });

  it('says what is missing, and of no environment that was not asked for or granted', () => {
    const reach = within(granted('edit', ['staging']));
    const of = (needed: Access, environments?: string[]) =>
      refusal(() => requireAccess(reach, 'resources', 'r', needed, environments))?.detail;
    expect(of('own')).toBe('The token\'s groups do not have "own" here.');
    expect(of('edit')).toBe('This needs "edit" in every environment; the token\'s groups have it in staging only.');
    expect(of('edit', ['next'])).toBe('This needs "edit" in next; the token\'s groups have it in staging only.');
  });
});

describe('what a restricted principal adds and changes', () => {
  it('is within groups that have all', () => {
    expect(slug(() => requireCreation(within(group({ allApps: 'use' })), 'apps'))).toBe('forbidden');
    expect(slug(() => requireCreation(within(group({ allApps: 'edit' })), 'apps'))).toBeUndefined();
    expect(slug(() => requireCreation(within(group({ allApps: 'own' })), 'resources'))).toBe('forbidden');
    expect(slug(() => requireEverything(within(group({ allApps: 'own' }))))).toBe('forbidden');
  });

  it('is listed by id, unless a group has all', () => {
    expect(idsWithin('everything', 'apps')).toBeUndefined();
    expect(
      idsWithin(
        within(group({ apps: [{ app: 'a', access: 'use' }] }), group({ apps: [{ app: 'a', access: 'own' }] })),
        'apps',
      ),
    ).toEqual(['a']);
    expect(idsWithin(within(group({ allApps: 'use' })), 'apps')).toBeUndefined();
    expect(idsWithin(within(), 'resources')).toEqual([]);
  });
});
