import { z } from 'zod';
import { caller } from '../caller.js';

/**
 * What happens to grants and credentials that others may have to act upon. Each is an action of the record, so
 * `v1.events.<type>` is its subject on the bus, and its fields are the event's `data`. Webhooks are sent the same.
 */
export const occurrenceTypes = [
  'grant.issued',
  'grant.refreshed',
  'grant.failing',
  'grant.recovered',
  'grant.revoked',
  'credential.rotation-due',
  'credential.rotation-failing',
] as const;
export const occurrenceType = z.enum(occurrenceTypes);
export type OccurrenceType = z.infer<typeof occurrenceType>;

/** What is told of an occurrence besides its id, type, time, organisation and resource, which every event has. */
export const occurrence = z.strictObject({
  credentialId: z.uuid(),
  /** Null: of all of them. */
  environment: z.string().nullable(),
  /** Whose grant it is; null where it is about no grant. */
  serves: z.union([z.literal('everyone'), caller.pick({ kind: true, id: true })]).nullable(),
  /** Why: `first`, `changed`, `expiry`, `refused`, …; null where there is nothing to tell apart. */
  trigger: z.string().max(100).nullable(),
  /** The slug of the problem that it is about. */
  problem: z.string().max(100).nullable(),
  /** The problem in words that hold no secret. */
  detail: z.string().nullable(),
  /** When the grant (of one that fails: the one that is still there) or the secret ends; null: not known, or never. */
  expiresAt: z.iso.datetime().nullable(),
});
export type Occurrence = z.output<typeof occurrence>;

/** The patterns that an occurrence matches: itself, its noun, everything. */
export const patternsOf = (type: OccurrenceType): string[] => [type, `${type.split('.')[0]}.*`, '*'];

/** One or several of the occurrences: `grant.issued`, `grant.*`, `*`. One that matches nothing is refused. */
export const occurrencePattern = z
  .string()
  .max(100)
  .refine((pattern) => occurrenceTypes.some((type) => patternsOf(type).includes(pattern)), {
    error: `This matches no event. There are: ${occurrenceTypes.join(', ')}; grant.*, credential.*, *.`,
  });
