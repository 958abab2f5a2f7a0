import { describe, expect, it } from '@jest/globals';
import type { Group } from '@pontage/contracts/resource-registry';
import { idsWithin, reachOf, requireAccess, requireCreation, requireEverything, requireKnown } from './reach.js';

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
const slug = (act: () => void): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as { slug: string }).slug;
  }
};

describe('reachOf', () => {
  const groups = (ids: readonly number[]) => Promise.resolve(ids.map((id) => group({ id })));
  const token = { type: 'token', id: '', display: '', scopes: [] } as const;

  it('is everything for services and tokens without groups, the groups for tokens with them', async () => {
    expect(await reachOf({ type: 'service', id: 's', display: 's' }, groups)).toBe('everything');
    expect(await reachOf({ ...token, scopes: [], groupIds: null }, groups)).toBe('everything');
    expect(await reachOf({ ...token, scopes: [], groupIds: [3] }, groups)).toEqual([group({ id: 3 })]);
    expect(await reachOf({ ...token, scopes: [], groupIds: [] }, groups)).toEqual([]);
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
    expect(await reachOf({ ...external, groupIds: [3] }, groups)).toEqual([]);
  });
});

describe('requireAccess', () => {
  const reach = [
    group({ apps: [{ app: 'a', access: 'use' }], allResources: 'edit' }),
    group({ id: 2, apps: [{ app: 'a', access: 'edit' }] }),
  ];

  it('takes the highest level that any group has', () => {
    expect(slug(() => requireAccess(reach, 'apps', 'a', 'edit'))).toBeUndefined();
    expect(slug(() => requireAccess(reach, 'apps', 'a', 'own'))).toBe('forbidden');
    expect(slug(() => requireAccess(reach, 'resources', 'any', 'edit'))).toBeUndefined();
    expect(slug(() => requireAccess('everything', 'apps', 'b', 'own'))).toBeUndefined();
  });

  it('says of what one may not know that it is not there', () => {
    expect(slug(() => requireAccess(reach, 'apps', 'b', 'use'))).toBe('not-found');
    expect(slug(() => requireAccess([], 'resources', 'any', 'use'))).toBe('not-found');
    expect(slug(() => requireKnown(reach, 3))).toBe('not-found');
    expect(slug(() => requireKnown(reach, 2))).toBeUndefined();
  });
});

describe('what a restricted principal adds and changes', () => {
  it('is within groups that have all', () => {
    expect(slug(() => requireCreation([group({ allApps: 'use' })], 'apps'))).toBe('forbidden');
    expect(slug(() => requireCreation([group({ allApps: 'edit' })], 'apps'))).toBeUndefined();
    expect(slug(() => requireCreation([group({ allApps: 'own' })], 'resources'))).toBe('forbidden');
    expect(slug(() => requireEverything([group({ allApps: 'own' })]))).toBe('forbidden');
  });

  it('is listed by id, unless a group has all', () => {
    expect(idsWithin('everything', 'apps')).toBeUndefined();
    expect(
      idsWithin(
        [group({ apps: [{ app: 'a', access: 'use' }] }), group({ apps: [{ app: 'a', access: 'own' }] })],
        'apps',
      ),
    ).toEqual(['a']);
    expect(idsWithin([group({ allApps: 'use' })], 'apps')).toBeUndefined();
    expect(idsWithin([], 'resources')).toEqual([]);
  });
});
