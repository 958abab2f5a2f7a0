import { forbidden, groupNameTaken, notFound, preconditionFailed } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { pageOf, pageRequest } from '../page.js';
import { environmentName, maxEnvironments } from './environment-name.js';

const callers = ['gateway'] as const;

/** What one may do with an app or a resource; each level holds the ones before it. */
export const accessLevels = ['use', 'edit', 'own'] as const;
export const access = z.enum(accessLevels);
export type Access = z.infer<typeof access>;
const accessOrNone = z.enum(['none', ...accessLevels]);

/** The id of a group: an integer, as the embed API has it. */
export const groupId = z.coerce.number().int().positive().max(2_147_483_647);

/** The environments that an access is restricted to; null: it is not restricted. */
export const accessEnvironments = z.array(environmentName).min(1).max(maxEnvironments).nullable();

const settings = { name: z.string().min(1).max(100), allApps: accessOrNone, allResources: accessOrNone };
/** A permission group, and what it may do with which apps and resources. */
export const group = z.strictObject({
  ...settings,
  id: z.int().positive(),
  version: z.int().positive(),
  apps: z.array(z.strictObject({ app: z.uuid(), access })),
  resources: z.array(z.strictObject({ resource: z.uuid(), access, environments: accessEnvironments })),
});
export type Group = z.infer<typeof group>;

export const createGroup = requestContract({
  subject: 'v1.resource-registry.group.create',
  callers,
  request: z.strictObject({
    ...settings,
    allApps: accessOrNone.default('none'),
    allResources: accessOrNone.default('none'),
  }),
  reply: group,
  problems: [groupNameTaken, forbidden],
});
export const findGroup = requestContract({
  subject: 'v1.resource-registry.group.find',
  callers,
  request: z.strictObject({ id: groupId }),
  reply: group,
  problems: [notFound],
  deadlineMs: 2_000,
});
export const listGroups = requestContract({
  subject: 'v1.resource-registry.group.list',
  callers,
  request: pageRequest,
  reply: pageOf(group),
  problems: [],
  deadlineMs: 2_000,
});
export const updateGroup = requestContract({
  subject: 'v1.resource-registry.group.update',
  callers,
  request: z.strictObject({
    id: groupId,
    settings: z.strictObject(settings).partial(),
    ifVersion: z.int().positive().optional(),
  }),
  reply: group,
  problems: [notFound, groupNameTaken, preconditionFailed, forbidden],
});
export const deleteGroup = requestContract({
  subject: 'v1.resource-registry.group.delete',
  callers,
  request: z.strictObject({ id: groupId, ifVersion: z.int().positive().optional() }),
  reply: z.strictObject({}),
  problems: [notFound, preconditionFailed, forbidden],
});

/** Gives a group access to an app; `access: null` takes it away. */
export const setGroupApp = requestContract({
  subject: 'v1.resource-registry.group.set-app',
  callers,
  request: z.strictObject({ id: groupId, app: z.uuid(), access: access.nullable() }),
  reply: group,
  problems: [notFound, forbidden],
});

/** Gives a group access to a resource, in some environments or in all; `access: null` takes it away. */
export const setGroupResource = requestContract({
  subject: 'v1.resource-registry.group.set-resource',
  callers,
  request: z.strictObject({
    id: groupId,
    resource: z.string().min(1).max(100),
    access: access.nullable(),
    environments: accessEnvironments.default(null),
  }),
  reply: group,
  problems: [notFound, forbidden],
});
