import { forbidden, invalidRequest, unknownRegion } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { resourceDraft, resourceSettings } from './resource.js';

/**
 * Checks the settings of a resource as `createResource` would, for a caller who could create it; nothing is saved. They come
 * back as they would be saved, with the names of a draft (`s0`, …) as the fingerprints of its sealed values.
 */
export const checkResource = requestContract({
  subject: 'v1.resource-registry.resource.check',
  callers: ['gateway'],
  request: z.strictObject({ settings: resourceDraft }),
  reply: z.strictObject({ settings: resourceSettings }),
  problems: [unknownRegion, forbidden, invalidRequest],
  deadlineMs: 3_000,
});
