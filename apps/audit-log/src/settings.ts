import { busSettings } from '@pontage/settings';
import { z } from 'zod';

/** What the audit log reads from its environment. */
export const auditLogSettings = {
  ...busSettings,
  PONTAGE_DATABASE_URL: z.string().min(1),
  /** Outside the database: whoever can rewrite the one cannot rewrite the other. */
  PONTAGE_AUDIT_CHECKPOINT_DIR: z.string().min(1),
  /** How much the event stream may hold; -1: as much as the server has. When it is full, queries are refused. */
  PONTAGE_AUDIT_STREAM_BYTES: z.coerce.number().int().min(-1).default(-1),
};

/** What its migration reads. */
export const migrationSettings = { PONTAGE_DATABASE_OWNER_URL: z.string().min(1) };

/** The schema, and the role that logs in to it. */
export const schema = 'audit_log';
