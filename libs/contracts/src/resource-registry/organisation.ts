import {
  forbidden,
  inUse,
  missingScope,
  notFound,
  organisationNameTaken,
  preconditionFailed,
  unknownRegion,
} from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { pageOf, pageRequest } from '../page.js';
import { environmentName, maxEnvironments } from './environment-name.js';
import { regionId } from './settings/region-policy.js';

const callers = ['gateway'] as const;
const origin = z
  .url({ protocol: /^https?$/ })
  .refine(
    (value) => URL.canParse(value) && new URL(value).origin === value,
    'An origin is scheme, host and port, without a path.',
  );

const settings = {
  name: z.string().min(1).max(100),
  defaultRegion: regionId,
  environments: z.array(environmentName).min(1).max(maxEnvironments),
  embed: z.strictObject({ allowedOrigins: z.array(origin).max(100) }),
  /** Where people may be sent back to once they have signed in at a provider; our own pages are always among them. */
  returnOrigins: z.array(origin).max(100).default([]),
  /** Members without a group may edit resources; for tokens that are restricted to groups it means nothing. */
  openResources: z.boolean(),
};
/** What is chosen about an organisation. */
export const organisationSettings = z.strictObject(settings);
/** Some of it: what is left out stays as it is. */
export const organisationChanges = z
  .strictObject({ ...settings, returnOrigins: settings.returnOrigins.unwrap() })
  .partial();
/** An organisation as its readers see it. */
export const organisation = organisationSettings.extend({
  id: z.uuid(),
  version: z.int().positive(),
  createdAt: z.iso.datetime(),
});
export type Organisation = z.output<typeof organisation>;

/** The caller's organisation. */
export const findOrganisation = requestContract({
  subject: 'v1.resource-registry.organisation.find',
  callers,
  request: z.strictObject({}),
  reply: organisation,
  problems: [notFound],
  deadlineMs: 2_000,
});

/** Changes the caller's organisation. */
export const updateOrganisation = requestContract({
  subject: 'v1.resource-registry.organisation.update',
  callers,
  request: z.strictObject({ settings: organisationChanges, ifVersion: z.int().positive().optional() }),
  reply: organisation,
  problems: [notFound, forbidden, organisationNameTaken, unknownRegion, preconditionFailed, inUse],
});

/** Every organisation; for operators. */
export const listOrganisations = requestContract({
  subject: 'v1.resource-registry.organisation.list',
  callers,
  request: pageRequest,
  reply: pageOf(organisation),
  problems: [missingScope],
  deadlineMs: 2_000,
});

/** Adds an organisation with its first admin token, of which the registry hears the SHA-256 only; for operators. */
export const createOrganisation = requestContract({
  subject: 'v1.resource-registry.organisation.create',
  callers,
  request: z.strictObject({
    name: z.string().min(1).max(100),
    defaultRegion: regionId.optional(),
    adminTokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  reply: z.strictObject({ organisation, adminTokenId: z.uuid() }),
  problems: [organisationNameTaken, unknownRegion, missingScope, forbidden],
});
