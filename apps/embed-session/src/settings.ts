import { busSettings } from '@pontage/settings';
import { z } from 'zod';

/** What embed-session reads from its environment. */
export const embedSessionSettings = { ...busSettings, PONTAGE_DATABASE_URL: z.string().min(1) };

/** What its migration reads. */
export const migrationSettings = { PONTAGE_DATABASE_OWNER_URL: z.string().min(1) };

/** The schema, and the role that logs in to it. */
export const schema = 'embed_session';
