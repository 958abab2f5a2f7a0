import { z } from 'zod';

/** A region's id, as DNS labels are written; it is a token of bus subjects too. */
export const regionId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'A region id is lower-case letters, digits and hyphens.');
const distinct = (given: readonly string[]): boolean => new Set(given).size === given.length;

/** Queries leave from the resource's region and from no other; nobody but the gateway can read the answers on the way to it. */
const strict = z.strictObject({
  mode: z.literal('strict'),
  fallback: z.array(regionId).max(0, 'Only a resource with the mode prefer has regions to fall back on.').default([]),
  /** The answers are sealed on the bus, whatever they hold. */
  sealed: z.boolean().default(true),
});

/** Queries leave from the resource's region or, when it takes none, from the first of the others that does. */
const prefer = z.strictObject({
  mode: z.literal('prefer'),
  fallback: z
    .array(regionId)
    .min(1, 'The mode prefer needs a region to fall back on.')
    .max(10)
    .refine(distinct, 'A region stands here twice.'),
  sealed: z.boolean().default(false),
});

/** Where the queries of a resource may leave from, besides its region. */
export const regionPolicy = z.discriminatedUnion('mode', [strict, prefer]);
export type RegionPolicy = z.output<typeof regionPolicy>;

/** What counts when nobody has said anything: pinned to the region, and sealed only where an answer holds a secret. */
export const pinned: RegionPolicy = { mode: 'strict', fallback: [], sealed: false };
