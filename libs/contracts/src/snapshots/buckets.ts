import { z } from 'zod';
import { scope, userInfo } from '../principal.js';
import { savedQuery } from '../resource-registry/app.js';
import { access } from '../resource-registry/group.js';
import { environmentName } from '../resource-registry/environment-name.js';
import { memberRole } from '../resource-registry/member/member-role.js';
import { organisationSettings } from '../resource-registry/organisation.js';
import { regionSetting } from '../resource-registry/region.js';
import { environmentSettings, resourceSettings } from '../resource-registry/resource.js';
import { bucket } from './bucket.js';

const registry = 'resource-registry' as const;

/** API tokens by the SHA-256 (hex) of the token. */
export const tokens = bucket({
  name: 'tokens',
  owner: registry,
  watchers: ['gateway'],
  value: z.strictObject({
    org: z.uuid(),
    id: z.uuid(),
    name: z.string(),
    scopes: z.array(scope),
    groupIds: z.array(z.int()).nullable(),
    expiresAt: z.iso.datetime().nullable(),
    /** Whose it is, and what it may do is his at most; null or absent: a service's. */
    memberId: z.uuid().nullable().optional(),
  }),
});

/** Members that may act: `<org>.<member id>`. One who is disabled or gone is a tombstone. */
export const members = bucket({
  name: 'members',
  owner: registry,
  watchers: ['gateway'],
  value: z.strictObject({
    email: z.string(),
    name: z.string(),
    role: memberRole,
    groupIds: z.array(z.int()),
  }),
});

/** Sessions of members by the SHA-256 (hex) of the session token. */
export const memberSessions = bucket({
  name: 'member_sessions',
  owner: registry,
  watchers: ['gateway'],
  value: z.strictObject({
    org: z.uuid(),
    id: z.uuid(),
    memberId: z.uuid(),
    /** When it ends unless it is used. */
    idleEndsAt: z.iso.datetime(),
    /** When it ends however much it is used. */
    expiresAt: z.iso.datetime(),
  }),
});

/** Organisations by id: `<org>`. */
export const organisations = bucket({
  name: 'organisations',
  owner: registry,
  watchers: ['gateway', 'query-proxy', 'auth-broker', 'embed-session'],
  value: z.strictObject({ ...organisationSettings.shape }),
});

/** What a group may do: `<org>.<group id>`. */
export const permissions = bucket({
  name: 'permissions',
  owner: registry,
  watchers: ['query-proxy', 'embed-session'],
  value: z.strictObject({
    name: z.string(),
    allApps: z.enum(['none', 'use', 'edit', 'own']),
    allResources: z.enum(['none', 'use', 'edit', 'own']),
    apps: z.record(z.string(), access),
    resources: z.record(z.string(), access),
    /** Access in some environments only. Whoever does not know of restrictions yet finds no access at all in it. */
    restrictedResources: z
      .record(z.string(), z.strictObject({ access, environments: z.array(environmentName) }))
      .optional(),
  }),
});

/** Resources without their secrets: `<org>.<resource id>`. */
export const resources = bucket({
  name: 'resources',
  owner: registry,
  watchers: ['query-proxy', 'auth-broker'],
  value: z.strictObject({
    ...resourceSettings.shape,
    id: z.uuid(),
    version: z.int(),
    /** Null: the method is `none` and there is nothing to lend. */
    credentialId: z.uuid().nullable(),
    authMethod: z.string(),
    /** The broker's name for its sealed values, those of all environments; null: there are none. */
    secretsId: z.uuid().nullable().default(null),
    environments: z.record(z.string(), environmentSettings.extend({ credentialId: z.uuid().nullable() })).default({}),
  }),
});

/** Apps: `<org>.<uuid>`. */
export const apps = bucket({
  name: 'apps',
  owner: registry,
  watchers: ['gateway', 'query-proxy', 'embed-session'],
  value: z.strictObject({ uuid: z.uuid(), name: z.string(), description: z.string() }),
});

/** Saved queries: `<org>.<app uuid>.<query name>`; the resource is named by its id. */
export const queries = bucket({
  name: 'queries',
  owner: registry,
  watchers: ['query-proxy'],
  value: z.strictObject({ ...savedQuery.omit({ updatedAt: true }).shape }),
});

/** Configuration variables: `<org>.<environment>.<name>`. Of a secret one, only the broker's name for its value. */
export const config = bucket({
  name: 'config',
  owner: registry,
  watchers: ['query-proxy', 'auth-broker'],
  value: z.union([z.strictObject({ value: z.string() }), z.strictObject({ valueId: z.uuid() })]),
});

/** Embed sessions by the SHA-256 (hex) of the session token. */
export const sessions = bucket({
  name: 'sessions',
  owner: 'embed-session',
  watchers: ['gateway'],
  value: z.strictObject({
    org: z.uuid(),
    id: z.uuid(),
    app: z.uuid(),
    externalIdentifier: z.string(),
    userInfo,
    metadataJson: z.string(),
    groupIds: z.array(z.int()),
    environment: z.string(),
    allowedOrigins: z.array(z.string()),
    expiresAt: z.iso.datetime(),
  }),
});

/** The public halves of the keys that identities are signed with, by key id: what is published, whether it signs yet or not. @see RFC 7517 */
export const identityKeys = bucket({
  name: 'identity_keys',
  owner: 'auth-broker',
  watchers: ['gateway'],
  value: z.strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
    kid: z.string(),
    alg: z.literal('ES256'),
    use: z.literal('sig'),
  }),
});

/** What operators decide of regions, by region. */
export const regions = bucket({
  name: 'regions',
  owner: registry,
  watchers: ['gateway', 'query-proxy', 'auth-broker', 'egress-worker'],
  value: regionSetting,
});

/**
 * From which version on the grant of a caller may be used: a lease on an older one is void, because somebody has signed in
 * anew, or has taken back what they had agreed to. `<org>.<credential id>.<environment>.<SHA-256 (hex) of the caller's name>`.
 */
export const grants = bucket({
  name: 'grants',
  owner: 'auth-broker',
  watchers: ['query-proxy'],
  value: z.strictObject({ state: z.enum(['held', 'gone']) }),
});

/** Rotations of credentials that have not settled: `<org>.<id of the new credential>`. */
export const rotations = bucket({
  name: 'rotations',
  owner: 'auth-broker',
  watchers: ['query-proxy', 'resource-registry'],
  value: z.strictObject({
    resourceId: z.uuid(),
    /** The credential that it takes the place of, and that stands in for it meanwhile. */
    previousId: z.uuid(),
    /** Which of the two requests are sent with first; the other one is for those that are refused. */
    prefers: z.enum(['new', 'previous']),
    since: z.iso.datetime(),
  }),
});

/** Every bucket there is. */
export const buckets = [
  tokens,
  members,
  memberSessions,
  organisations,
  permissions,
  resources,
  apps,
  queries,
  config,
  regions,
  sessions,
  grants,
  identityKeys,
  rotations,
] as const;
