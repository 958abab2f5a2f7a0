import { regionId } from '@pontage/contracts/resource-registry';
import { busSettings } from '@pontage/settings';
import { z } from 'zod';

/** What the registry reads from its environment. */
export const registrySettings = {
  ...busSettings,
  PONTAGE_DATABASE_URL: z.string().min(1),
  /** The regions that there are, the default one first. */
  PONTAGE_REGIONS: z
    .string()
    .transform((list) => list.split(',').map((id) => id.trim()))
    .pipe(z.array(regionId).min(1)),
  /** SHA-256 (hex) of the first organisation's admin token. */
  PONTAGE_ADMIN_TOKEN_SHA256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
};

/** What its migration reads. */
export const migrationSettings = { PONTAGE_DATABASE_OWNER_URL: z.string().min(1) };

/** The schema, and the role that logs in to it. */
export const schema = 'resource_registry';
