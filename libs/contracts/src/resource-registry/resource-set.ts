import {
  forbidden,
  inUse,
  invalidRequest,
  notFound,
  preconditionFailed,
  resourceNameTaken,
  secretRequired,
  unavailable,
  unknownRegion,
} from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { resourceDraft } from './resource.js';

const callers = ['gateway'] as const;

/** The most resources of one set. */
export const maxResourcesInSet = 200;

/** Resources as they shall be, each whole: what is not named has its default. They are told apart by their names. */
const resourceSet = z.strictObject({
  resources: z
    .array(
      z.strictObject({
        settings: resourceDraft,
        draftId: z.uuid().optional(),
        secretsDraftId: z.uuid().optional(),
      }),
    )
    .max(maxResourcesInSet),
  /** Whether resources go that are not in the set. */
  prune: z.boolean().default(false),
  /** The basis of a plan: anything that has changed since is `precondition-failed`. */
  basis: z.string().max(100).optional(),
});

const change = z.strictObject({
  name: z.string(),
  action: z.enum(['create', 'update', 'delete', 'none']),
  /** Null: there is none yet. */
  id: z.uuid().nullable(),
  /** The version that there is; after an apply the one that it made. Null: there is none. */
  version: z.int().nullable(),
  /** JSON Pointers; secrets show as set, by their fingerprints. */
  differences: z.array(z.strictObject({ pointer: z.string(), from: z.unknown(), to: z.unknown() })),
});

const problems = [
  notFound,
  resourceNameTaken,
  unknownRegion,
  secretRequired,
  preconditionFailed,
  inUse,
  forbidden,
  invalidRequest,
  unavailable,
];

/** Says what it would take to bring the resources to this state. Changes nothing. */
export const planResources = requestContract({
  subject: 'v1.resource-registry.resource-set.plan',
  callers,
  request: resourceSet,
  reply: z.strictObject({ changes: z.array(change), basis: z.string() }),
  problems,
  deadlineMs: 30_000,
});

/** Brings the resources to this state: all of it, or nothing. What is so already gets no new version. */
export const applyResources = requestContract({
  subject: 'v1.resource-registry.resource-set.apply',
  callers,
  request: resourceSet,
  reply: z.strictObject({ changes: z.array(change) }),
  problems,
  deadlineMs: 60_000,
});
