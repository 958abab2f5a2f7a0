import { forbidden, invalidRequest, notFound, rotationSettling, secretRequired, unavailable } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { environmentName } from './environment-name.js';
import { resource } from './resource.js';

/** A resource by id or name, and the environment whose own credential is meant; without one, that of all others. */
const target = z.strictObject({ resource: z.string().min(1).max(100), environment: environmentName.optional() });

/** Finds the credential that a rotation is about, for a caller who may change it. Changes nothing. */
export const prepareRotation = requestContract({
  subject: 'v1.resource-registry.rotation.prepare',
  callers: ['gateway'],
  request: target,
  reply: z.strictObject({
    resourceId: z.uuid(),
    credentialId: z.uuid(),
    /** Where requests with it go, as it is configured. */
    baseUrl: z.string(),
    /** An environment whose requests carry it. */
    testedIn: environmentName,
  }),
  problems: [notFound, forbidden, invalidRequest],
});

/** Makes a new version whose credential is the draft, if the one that it is based on is still the resource's. */
export const installRotation = requestContract({
  subject: 'v1.resource-registry.rotation.install',
  callers: ['gateway'],
  request: target.extend({ draftId: z.uuid(), basedOn: z.uuid() }),
  reply: resource,
  problems: [notFound, forbidden, invalidRequest, rotationSettling, secretRequired, unavailable],
});
