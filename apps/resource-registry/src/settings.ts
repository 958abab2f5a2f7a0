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
  /** The password of the first member, `admin@localhost`; absent: nobody is made a member. */
  PONTAGE_ADMIN_PASSWORD: z.string().min(12).max(200).optional(),
  /** After how many minutes without use a member's session ends, and after how many hours in any case. */
  PONTAGE_SESSION_IDLE_MINUTES: z.coerce.number().int().min(5).max(43_200).default(60),
  PONTAGE_SESSION_HOURS: z.coerce.number().int().min(1).max(720).default(12),
};

/** What its migration reads. */
export const migrationSettings = { PONTAGE_DATABASE_OWNER_URL: z.string().min(1) };

/** The schema, and the role that logs in to it. */
export const schema = 'resource_registry';

/** The first member's password, taken out of the environment: nothing that this process starts finds it there. */
export function takeAdminPassword(settings: { PONTAGE_ADMIN_PASSWORD?: string | undefined }): string | undefined {
  delete process.env.PONTAGE_ADMIN_PASSWORD;
  return settings.PONTAGE_ADMIN_PASSWORD;
}
