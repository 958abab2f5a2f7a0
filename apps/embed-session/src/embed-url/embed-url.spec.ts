import { describe, expect, it } from '@jest/globals';
import type { Principal } from '@pontage/contracts';
import { embedUrlDraft } from '@pontage/contracts/embed-session';
import { fieldErrors } from '@pontage/problems';
import type { Group } from '../directory/directory.js';
import { foreignGroups, judge, type EmbedUrlDraft } from './embed-url.js';

const app = { uuid: '6f1de2a0-0d3b-4b5e-8c52-94f1a83e5c11', name: 'Portal', description: '' };
const group = (change: Partial<Group> = {}): Group => ({
  name: 'g',
  allApps: 'none',
  allResources: 'none',
  apps: { [app.uuid]: 'use' },
  resources: {},
  ...change,
});
const organisation = {
  name: 'default',
  defaultRegion: 'eu-central-1',
  environments: ['production', 'staging'],
  embed: { allowedOrigins: ['https://a.example', 'https://b.example:8443'] },
  returnOrigins: [],
  openResources: true,
};
const base = { landingPageUuid: app.uuid, groupIds: [12], externalIdentifier: 'u-5' };
type Given = Readonly<Record<string, unknown>>;

/** The pointers of everything that is wrong with a draft: its shape, or what it means here. */
function pointersOf(change: Given, groups: readonly (Group | undefined)[] = [group()]): string[] {
  const parsed = embedUrlDraft.safeParse({ ...base, ...change });
  const errors = parsed.success ? judge(parsed.data, { organisation, app, groups }).errors : fieldErrors(parsed.error);
  return errors.map(({ pointer }) => pointer);
}

const accepted: readonly (readonly [string, Given])[] = [
  ['the least that is needed', {}],
  ['10 minutes', { sessionDurationMinutes: 10 }],
  ['30 days', { sessionDurationMinutes: 43_200 }],
  ['a URL for 10 seconds', { urlTtlSeconds: 10 }],
  ['a URL for an hour', { urlTtlSeconds: 3600 }],
  ['an identifier of one character', { externalIdentifier: '5' }],
  ['an identifier of 255 characters', { externalIdentifier: 'ä'.repeat(255) }],
  ['an identifier with an emoji', { externalIdentifier: '😀' }],
  ['everything about a user', { userInfo: { email: 'a@b.example', firstName: 'Ann', lastName: 'B' } }],
  ['nothing about a user', { userInfo: {} }],
  ['metadata', { metadataJson: '{"storeId":51,"isAdmin":true}' }],
  ['an environment', { environment: 'staging' }],
  ['the latest release, by name', { releaseVersion: 'latest' }],
  ['a subset of the origins', { allowedOrigins: ['https://a.example'] }],
  ['no origin', { allowedOrigins: [] }],
  ['a group twice', { groupIds: [12, 12] }],
];

const refused: readonly (readonly [string, Given, readonly string[]])[] = [
  ['no app', { landingPageUuid: undefined }, ['/landingPageUuid']],
  ['an app that is no UUID', { landingPageUuid: 'portal' }, ['/landingPageUuid']],
  ['no groups', { groupIds: undefined }, ['/groupIds']],
  ['an empty list of groups', { groupIds: [] }, ['/groupIds']],
  ['a group that is text', { groupIds: ['12'] }, ['/groupIds/0']],
  ['a group that is a fraction', { groupIds: [12, 1.5] }, ['/groupIds/1']],
  ['group 0', { groupIds: [0] }, ['/groupIds/0']],
  ['a negative group', { groupIds: [-1] }, ['/groupIds/0']],
  ['a group beyond int32', { groupIds: [2_147_483_648] }, ['/groupIds/0']],
  ['101 groups', { groupIds: Array.from({ length: 101 }, (_, index) => index + 1) }, ['/groupIds']],
  ['no identifier', { externalIdentifier: undefined }, ['/externalIdentifier']],
  ['an empty identifier', { externalIdentifier: '' }, ['/externalIdentifier']],
  ['an identifier of 256 characters', { externalIdentifier: 'x'.repeat(256) }, ['/externalIdentifier']],
  ['an identifier that is an object', { externalIdentifier: {} }, ['/externalIdentifier']],
  ['an identifier with NUL', { externalIdentifier: 'a\0' }, ['/externalIdentifier']],
  ['an identifier with half a surrogate pair', { externalIdentifier: '\ud83d' }, ['/externalIdentifier']],
  ['9 minutes', { sessionDurationMinutes: 9 }, ['/sessionDurationMinutes']],
  ['30 days and a minute', { sessionDurationMinutes: 43_201 }, ['/sessionDurationMinutes']],
  ['half a minute', { sessionDurationMinutes: 10.5 }, ['/sessionDurationMinutes']],
  ['minutes as text', { sessionDurationMinutes: '60' }, ['/sessionDurationMinutes']],
  ['minutes without number', { sessionDurationMinutes: null }, ['/sessionDurationMinutes']],
  ['a user that is a list', { userInfo: [] }, ['/userInfo']],
  ['something unknown about a user', { userInfo: { phone: '1' } }, ['/userInfo/phone']],
  ['an e-mail that is a number', { userInfo: { email: 1 } }, ['/userInfo/email']],
  ['an e-mail of 321 characters', { userInfo: { email: 'x'.repeat(321) } }, ['/userInfo/email']],
  ['a first name with NUL', { userInfo: { firstName: '\0' } }, ['/userInfo/firstName']],
  ['a last name with half a surrogate pair', { userInfo: { lastName: 'a\udc00' } }, ['/userInfo/lastName']],
  ['metadata with a fraction', { metadataJson: '{"storeId":1.5}' }, ['/metadata/storeId']],
  ['metadata with two faults', { metadataJson: '{"a":null,"b":[]}' }, ['/metadata/a', '/metadata/b']],
  ['metadata that is a list', { metadataJson: '[]' }, ['/metadata']],
  ['metadata beyond its length', { metadataJson: JSON.stringify({ k: 'x'.repeat(1017) }) }, ['/metadata']],
  ['an unknown environment', { environment: 'qa' }, ['/environment']],
  ['an environment that is none', { environment: 'Production' }, ['/environment']],
  ['an empty environment', { environment: '' }, ['/environment']],
  ['a branch', { branch: 'main' }, ['/branch']],
  ['a release', { releaseVersion: '1.0.0' }, ['/releaseVersion']],
  ['an empty release', { releaseVersion: '' }, ['/releaseVersion']],
  ['the latest release, shouted', { releaseVersion: 'LATEST' }, ['/releaseVersion']],
  ['branch and release', { branch: 'main', releaseVersion: 'latest' }, ['/branch']],
  [
    'an origin that is not the organisation’s',
    { allowedOrigins: ['https://a.example', 'https://c.example'] },
    ['/allowedOrigins/1'],
  ],
  ['an origin with a path', { allowedOrigins: ['https://a.example/'] }, ['/allowedOrigins/0']],
  ['another port of an origin', { allowedOrigins: ['https://b.example'] }, ['/allowedOrigins/0']],
  ['another scheme of an origin', { allowedOrigins: ['http://a.example'] }, ['/allowedOrigins/0']],
  ['a star', { allowedOrigins: ['*'] }, ['/allowedOrigins/0']],
  ['origins that are one text', { allowedOrigins: 'https://a.example' }, ['/allowedOrigins']],
  ['a URL for 9 seconds', { urlTtlSeconds: 9 }, ['/urlTtlSeconds']],
  ['a URL for more than an hour', { urlTtlSeconds: 3601 }, ['/urlTtlSeconds']],
  ['a field that is not there', { orgId: 1 }, ['/orgId']],
  ['several at once', { environment: 'qa', branch: 'x', metadataJson: '[]' }, ['/metadata', '/environment', '/branch']],
];

describe('a draft of an embed URL', () => {
  it.each(accepted)('may have %s', (_, change) => expect(pointersOf(change)).toEqual([]));
  it.each(refused)('is refused with %s', (_, change, pointers) => expect(pointersOf(change)).toEqual(pointers));

  it('names each group that is not there, by its place', () => {
    expect(pointersOf({ groupIds: [12, 13, 14] }, [group(), undefined, undefined])).toEqual([
      '/groupIds/1',
      '/groupIds/2',
    ]);
  });

  it('needs one group that may use the app', () => {
    const none = group({ apps: {} });
    expect(pointersOf({}, [none])).toEqual(['/landingPageUuid']);
    expect(pointersOf({}, [none, group({ apps: {}, allApps: 'use' })])).toEqual([]);
    expect(pointersOf({}, [none, group({ apps: { [app.uuid]: 'own' } })])).toEqual([]);
  });

  it('is refused with the same words for an app that is not there and one that is out of reach', () => {
    const draft = embedUrlDraft.parse(base);
    const out = judge(draft, { organisation, app, groups: [group({ apps: {} })] }).errors;
    expect(judge(draft, { organisation, app: undefined, groups: [group()] }).errors).toEqual(out);
  });

  it('is refused without an environment when the organisation has no production', () => {
    const { errors } = judge(embedUrlDraft.parse(base), {
      organisation: { ...organisation, environments: ['dev'] },
      app,
      groups: [group()],
    });
    expect(errors).toMatchObject([{ pointer: '/environment' }]);
  });

  it('grants what it says, and the rest by default', () => {
    const draft: EmbedUrlDraft = embedUrlDraft.parse({
      ...base,
      groupIds: [12, 12],
      metadataJson: ' {"n": 9223372036854775807 } ',
    });
    expect(judge(draft, { organisation, app, groups: [group(), group()] }).grant).toEqual({
      app: app.uuid,
      externalIdentifier: 'u-5',
      userInfo: {},
      metadataJson: '{"n":9223372036854775807}',
      groupIds: [12],
      environment: 'production',
      allowedOrigins: ['https://a.example', 'https://b.example:8443'],
    });
  });
});

describe('foreignGroups', () => {
  const token = (groupIds: number[] | null): Principal => ({
    type: 'token',
    id: 'e0b5ef0c-5b3c-4a7e-9c57-5fb0a8a9a6f1',
    display: 'CI',
    scopes: ['apps:embed'],
    groupIds,
  });
  it('lets a token mint for its own groups only', () => {
    expect(foreignGroups(token([12]), [12, 13, 14]).map(({ pointer }) => pointer)).toEqual([
      '/groupIds/1',
      '/groupIds/2',
    ]);
    expect(foreignGroups(token([]), [12])).toHaveLength(1);
    expect(foreignGroups(token(null), [12, 13])).toEqual([]);
  });
});
