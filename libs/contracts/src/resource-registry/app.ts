import {
  appNameTaken,
  forbidden,
  invalidRequest,
  notFound,
  preconditionFailed,
  secretVariable,
} from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { pageOf, pageRequest } from '../page.js';
import { queryRequest } from '../query-proxy/query-request.js';
import { retries } from './settings/retries.js';

const callers = ['gateway'] as const;
const settings = { name: z.string().min(1).max(100), description: z.string().max(2000) };

/** An app: what external users open, and the home of saved queries. Its `uuid` is the seeds' `landingPageUuid`. */
export const app = z.strictObject({
  ...settings,
  uuid: z.uuid(),
  version: z.int().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type App = z.infer<typeof app>;

export const createApp = requestContract({
  subject: 'v1.resource-registry.app.create',
  callers,
  request: z.strictObject({ ...settings, description: settings.description.default('') }),
  reply: app,
  problems: [appNameTaken, forbidden],
});
export const findApp = requestContract({
  subject: 'v1.resource-registry.app.find',
  callers,
  request: z.strictObject({ uuid: z.uuid() }),
  reply: app,
  problems: [notFound],
  deadlineMs: 2_000,
});
export const listApps = requestContract({
  subject: 'v1.resource-registry.app.list',
  callers,
  request: pageRequest,
  reply: pageOf(app),
  problems: [],
  deadlineMs: 2_000,
});
export const updateApp = requestContract({
  subject: 'v1.resource-registry.app.update',
  callers,
  request: z.strictObject({
    uuid: z.uuid(),
    settings: z.strictObject(settings).partial(),
    ifVersion: z.int().positive().optional(),
  }),
  reply: app,
  problems: [notFound, appNameTaken, preconditionFailed, forbidden],
});
export const deleteApp = requestContract({
  subject: 'v1.resource-registry.app.delete',
  callers,
  request: z.strictObject({ uuid: z.uuid(), ifVersion: z.int().positive().optional() }),
  reply: z.strictObject({}),
  problems: [notFound, preconditionFailed, forbidden],
});

/** A saved query's name: `orders.list`. It is part of a bus subject, where nothing may stand between two dots. */
export const queryName = z
  .string()
  .max(100)
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*$/,
    'A query name is letters, digits, hyphens and underscores, with single dots between.',
  );

/** JSON Schema of the parameters, as far as it is checked here: an object with typed properties. */
export const queryParams = z.strictObject({
  type: z.literal('object').default('object'),
  properties: z
    .record(
      z.string().max(100),
      z.strictObject({
        type: z.enum(['string', 'number', 'integer', 'boolean']),
        description: z.string().max(1000).optional(),
        enum: z
          .array(z.union([z.string(), z.number(), z.boolean()]))
          .max(200)
          .optional(),
        maxLength: z.int().positive().optional(),
        minimum: z.number().optional(),
        maximum: z.number().optional(),
        default: z.union([z.string(), z.number(), z.boolean()]).optional(),
      }),
    )
    .default({}),
  required: z.array(z.string()).max(100).default([]),
  additionalProperties: z.literal(false).default(false),
});
export type QueryParams = z.output<typeof queryParams>;

/** How long answers to a saved query are given again, and to whom: see docs/guides/caching.md. */
export const queryCache = z.strictObject({
  seconds: z.int().min(1).max(86_400),
  share: z.enum(['user', 'everyone']).default('user'),
});
export type QueryCache = z.output<typeof queryCache>;

/** What is chosen about a saved query. */
export const queryDraft = z.strictObject({
  /** The resource's id or name. */
  resource: z.string().min(1).max(100),
  request: queryRequest,
  params: queryParams.default({ type: 'object', properties: {}, required: [], additionalProperties: false }),
  /** Null: as the resource says. */
  retries: retries.nullable().default(null),
  /** Null: every run asks the upstream. */
  cache: queryCache.nullable().default(null),
});
/** A saved, parameterised call to a resource. */
export const savedQuery = z.strictObject({
  ...queryDraft.shape,
  params: queryParams,
  name: queryName,
  app: z.uuid(),
  version: z.int().positive(),
  updatedAt: z.iso.datetime(),
});
export type SavedQuery = z.output<typeof savedQuery>;

export const listQueries = requestContract({
  subject: 'v1.resource-registry.query.list',
  callers,
  request: pageRequest.extend({ app: z.uuid() }),
  reply: pageOf(savedQuery),
  problems: [notFound],
  deadlineMs: 2_000,
});
export const findQuery = requestContract({
  subject: 'v1.resource-registry.query.find',
  callers,
  request: z.strictObject({ app: z.uuid(), name: queryName }),
  reply: savedQuery,
  problems: [notFound],
  deadlineMs: 2_000,
});
/** Saves a query; a template in it that cannot be resolved later is refused now. */
export const putQuery = requestContract({
  subject: 'v1.resource-registry.query.put',
  callers,
  request: z.strictObject({
    app: z.uuid(),
    name: queryName,
    query: queryDraft,
    ifVersion: z.int().positive().optional(),
  }),
  reply: savedQuery,
  problems: [notFound, invalidRequest, secretVariable, preconditionFailed, forbidden],
});
export const deleteQuery = requestContract({
  subject: 'v1.resource-registry.query.delete',
  callers,
  request: z.strictObject({ app: z.uuid(), name: queryName, ifVersion: z.int().positive().optional() }),
  reply: z.strictObject({}),
  problems: [notFound, preconditionFailed, forbidden],
});
