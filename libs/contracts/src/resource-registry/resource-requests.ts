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
import { pageOf, pageRequest } from '../page.js';
import { resource, resourceDraft, resourceDraftPatch, resourceVersion } from './resource.js';

const callers = ['gateway'] as const;
/** A resource's id or its name. */
const reference = z.string().min(1).max(100);

/**
 * Adds a resource to the caller's organisation. `draftId` names the credential that the broker keeps for it, `secretsDraftId`
 * the draft of its sealed values.
 */
export const createResource = requestContract({
  subject: 'v1.resource-registry.resource.create',
  callers,
  request: z.strictObject({
    settings: resourceDraft,
    draftId: z.uuid().optional(),
    secretsDraftId: z.uuid().optional(),
  }),
  reply: resource,
  problems: [resourceNameTaken, unknownRegion, secretRequired, forbidden, invalidRequest, unavailable],
});

/** Finds a resource by id or name. */
export const findResource = requestContract({
  subject: 'v1.resource-registry.resource.find',
  callers,
  request: z.strictObject({ resource: reference }),
  reply: resource,
  problems: [notFound],
  deadlineMs: 2_000,
});

/** Lists the resources that the caller may know of, by name. */
export const listResources = requestContract({
  subject: 'v1.resource-registry.resource.list',
  callers,
  request: pageRequest,
  reply: pageOf(resource),
  problems: [invalidRequest],
  deadlineMs: 2_000,
});

/**
 * Changes the given settings and makes a new version. With a changed destination (base URL, region, TLS), kept secrets
 * are refused: they have to be given again.
 */
export const updateResource = requestContract({
  subject: 'v1.resource-registry.resource.update',
  callers,
  request: z.strictObject({
    resource: reference,
    settings: resourceDraftPatch,
    draftId: z.uuid().optional(),
    secretsDraftId: z.uuid().optional(),
    /** The version that the caller read; another one now is `precondition-failed`. */
    ifVersion: z.int().positive().optional(),
  }),
  reply: resource,
  problems: [
    notFound,
    resourceNameTaken,
    unknownRegion,
    secretRequired,
    preconditionFailed,
    forbidden,
    invalidRequest,
    unavailable,
  ],
});

/** Deletes a resource and has its credential forgotten; one that a saved query names is `in-use`. */
export const deleteResource = requestContract({
  subject: 'v1.resource-registry.resource.delete',
  callers,
  request: z.strictObject({ resource: reference, ifVersion: z.int().positive().optional() }),
  reply: z.strictObject({}),
  problems: [notFound, preconditionFailed, inUse, forbidden, unavailable],
});

/** Lists the versions of a resource, newest first. */
export const listResourceVersions = requestContract({
  subject: 'v1.resource-registry.resource.list-versions',
  callers,
  request: pageRequest.extend({ resource: reference }),
  reply: pageOf(resourceVersion),
  problems: [notFound, invalidRequest],
  deadlineMs: 2_000,
});

/** What version `version` changed against the one before it, as JSON Pointers. */
export const diffResourceVersion = requestContract({
  subject: 'v1.resource-registry.resource.diff',
  callers,
  request: z.strictObject({ resource: reference, version: z.coerce.number().int().positive() }),
  reply: z.strictObject({
    version: z.int(),
    changes: z.array(z.strictObject({ pointer: z.string(), from: z.unknown(), to: z.unknown() })),
  }),
  problems: [notFound],
  deadlineMs: 2_000,
});

/**
 * Makes a new version that equals an older one, its credential included; in the place of one that a rotation has retired stands
 * its successor.
 */
export const rollBackResource = requestContract({
  subject: 'v1.resource-registry.resource.roll-back',
  callers,
  request: z.strictObject({ resource: reference, version: z.int().positive() }),
  reply: resource,
  problems: [notFound, resourceNameTaken, unknownRegion, forbidden, unavailable],
});
