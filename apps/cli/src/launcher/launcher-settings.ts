import { readSettings } from '@pontage/settings';
import { standardRegions } from '@pontage/backends';
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

const region = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'a region is lower-case letters, digits and hyphens');

const shape = {
  PONTAGE_HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(7400),
  PONTAGE_HTTP_HOST: z.string().default('127.0.0.1'),
  PONTAGE_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  PONTAGE_DATA_DIR: z.string().default('.pontage'),
  PONTAGE_DATABASE_URL: z.string().startsWith('postgres').optional(),
  PONTAGE_NATS_URL: z.string().optional(),
  /** A nats-server binary to start. */
  PONTAGE_NATS_SERVER: z.string().optional(),
  /** Long enough that nobody guesses it. */
  PONTAGE_ADMIN_TOKEN: z.string().min(16).max(500).optional(),
  /** Of the first member; without it one is made, and kept in the data folder. */
  PONTAGE_ADMIN_PASSWORD: z.string().min(12).max(200).optional(),
  PONTAGE_MASTER_KEY: z.string().optional(),
  PONTAGE_MASTER_KEY_FILE: z.string().optional(),
  PONTAGE_REGIONS: z
    .string()
    .default(standardRegions.join(','))
    .transform((list) => [
      ...new Set(
        list
          .split(',')
          .map((id) => id.trim())
          .filter((id) => id !== ''),
      ),
    ])
    .pipe(z.array(region).min(1)),
  PONTAGE_EGRESS_ALLOW: z.string().default(''),
  PONTAGE_AUDIT_SYNC: z.enum(['always', 'periodic']).default('periodic'),
  PONTAGE_DEMO: z.string().default('1'),
};

export type LauncherSettings = ReturnType<typeof launcherSettings>;

/** What the environment tells the launcher. A relative data folder is below the folder in which the command was given. */
export function launcherSettings(env: NodeJS.ProcessEnv = process.env) {
  const settings = readSettings(shape, env);
  const folder = settings.PONTAGE_DATA_DIR;
  return {
    ...settings,
    PONTAGE_DATA_DIR: isAbsolute(folder) ? folder : resolve(env.INIT_CWD ?? process.cwd(), folder),
  };
}
