import { describe, expect, it } from '@jest/globals';
import type { Principal, Scope } from '@pontage/contracts';
import { permissions, type ValueOf } from '@pontage/contracts/snapshots';
import type { Problem } from '@pontage/problems';
import { authoriseApp, authoriseResource, mayEdit } from './authorise.js';

type Group = ValueOf<typeof permissions>;
const group = (more: Partial<Group>): Group => ({
  name: 'g',
  allApps: 'none',
  allResources: 'none',
  apps: {},
  resources: {},
  ...more,
});
const inEnvironments = (...environments: string[]) =>
  group({ restrictedResources: { r: { access: 'use', environments } } });
const token = (more: object = {}): Principal => ({
  type: 'token',
  id: 't',
  display: 't',
  scopes: ['queries:run'],
  groupIds: [1],
  ...more,
});

/** Why a resource may not be used; undefined: it may. */
function refusal(
  groups: readonly Group[],
  environment: string,
  principal = token(),
): Pick<Problem, 'slug' | 'detail'> | undefined {
  const policy = { groups: () => groups.map((each, index) => ({ id: index + 1, group: each })) };
  try {
    authoriseResource(policy, 'org', principal, { id: 'r' }, environment);
    return undefined;
  } catch (error) {
    return error as Problem;
  }
}
const slug = (...asked: Parameters<typeof refusal>) => refusal(...asked)?.slug;

describe('authoriseResource', () => {
  it('lets tokens without groups use everything, everywhere, if they may run queries', () => {
    expect(slug([], 'production', token({ groupIds: null }))).toBeUndefined();
    expect(slug([], 'production', token({ groupIds: null, scopes: ['resources:read'] }))).toBe('missing-scope');
    expect(slug([group({ allResources: 'own' })], 'production', token({ scopes: [] }))).toBe('missing-scope');
  });

  it('lets tokens with groups use what one of them may, in every environment unless it is restricted', () => {
    expect(slug([group({ allResources: 'use' })], 'production')).toBeUndefined();
    expect(slug([group({}), group({ resources: { r: 'own' } })], 'staging')).toBeUndefined();
    expect(slug([group({ resources: { other: 'own' } })], 'production')).toBe('not-found');
    expect(slug([], 'production')).toBe('not-found');
  });

  it('keeps a restricted access to its environments, and adds up those of several groups', () => {
    expect(slug([inEnvironments('staging')], 'staging')).toBeUndefined();
    expect(slug([inEnvironments('staging')], 'production')).toBe('forbidden');
    expect(slug([inEnvironments('staging'), inEnvironments('production')], 'production')).toBeUndefined();
    expect(slug([inEnvironments('staging'), group({ resources: { r: 'use' } })], 'production')).toBeUndefined();
    expect(slug([inEnvironments()], 'staging')).toBe('not-found');
  });

  it('says where a resource may be used, and nothing of where it was asked for', () => {
    expect(refusal([inEnvironments('staging', 'next'), inEnvironments('next')], 'nowhere')?.detail).toBe(
      "The token's groups may use this resource in next, staging only.",
    );
  });

  it('understands what an older registry wrote', () => {
    const old = permissions.value.parse({
      name: 'g',
      allApps: 'none',
      allResources: 'none',
      apps: {},
      resources: { r: 'use' },
    });
    expect(slug([old], 'production')).toBeUndefined();
  });

  it('lets no external user in, whatever his groups may', () => {
    const external: Principal = {
      type: 'external',
      id: '',
      externalIdentifier: 'u',
      app: '',
      groupIds: [1],
      environment: 'production',
      userInfo: {},
      metadataJson: '{}',
    };
    expect(slug([group({ allResources: 'own' })], 'production', external)).toBe('not-found');
  });
});

describe('authoriseApp, for an external user', () => {
  const user: Principal = {
    type: 'external',
    id: 's',
    externalIdentifier: 'ada',
    app: 'a',
    groupIds: [1],
    environment: 'production',
    userInfo: {},
    metadataJson: '{}',
  };
  const knowing = (isFresh: () => boolean) => ({
    isFresh,
    groups: () => [{ id: 1, group: group({ apps: { a: 'use' } }) }],
  });

  it('waits for a policy that has fallen behind', async () => {
    let asked = 0;
    const late = knowing(() => ++asked > 3);
    await expect(authoriseApp(late, 'org', user, 'a')).resolves.toBeUndefined();
  });

  it('refuses to guess when it does not catch up', async () => {
    await expect(
      authoriseApp(
        knowing(() => false),
        'org',
        user,
        'a',
      ),
    ).rejects.toMatchObject({ slug: 'stale-policy' });
  });
});

describe('mayEdit', () => {
  const editor = { scopes: ['resources:write'] };
  const edits = (groups: readonly Group[], principal: Principal) =>
    mayEdit({ groups: () => groups.map((each, id) => ({ id, group: each })) }, 'org', principal, { id: 'r' });

  it('is for whoever has the scope, and a group that edits the resource when they are restricted to groups', () => {
    expect(edits([], token({ ...editor, groupIds: null }))).toBe(true);
    expect(edits([], token({ groupIds: null }))).toBe(false);
    expect(edits([group({ resources: { r: 'edit' } })], token(editor))).toBe(true);
    expect(edits([group({ allResources: 'own' })], token(editor))).toBe(true);
    expect(edits([group({ allResources: 'use', resources: { r: 'use', other: 'own' } })], token(editor))).toBe(false);
    expect(edits([group({ resources: { r: 'own' } })], token())).toBe(false);
  });

  it('is for members where the organisation lets whoever is in no group edit its resources', () => {
    const member = { type: 'member', id: 'm', display: 'm', email: 'm', token: null } as const;
    const scopes: Scope[] = ['resources:write'];
    expect(edits([], { ...member, scopes, groupIds: [], openResources: true })).toBe(true);
    expect(edits([], { ...member, scopes, groupIds: [], openResources: false })).toBe(false);
  });

  it('is for no external user', () => {
    const external = { type: 'external', id: 's', externalIdentifier: 'u', app: 'a' } as const;
    const session = { ...external, groupIds: [1], environment: 'production', userInfo: {}, metadataJson: '{}' };
    expect(edits([group({ allResources: 'own' })], session)).toBe(false);
  });
});
