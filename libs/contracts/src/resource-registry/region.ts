import { missingScope, notFound, unavailable, unknownRegion } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { regionId } from './settings/region-policy.js';

const callers = ['gateway'] as const;

/**
 * What a region takes: `open` everything; `draining` what may go nowhere else; `closed` nothing new. What is in hand ends in
 * any case.
 */
export const regionState = z.enum(['open', 'draining', 'closed']);
export type RegionState = z.infer<typeof regionState>;

/** The most requests that all workers of a region together have in hand; null: as many as they can. */
export const regionCap = z.int().min(1).max(1_000_000).nullable();

/** A process on the bus, as presence names it. */
export const workerId = z.string().regex(/^[A-Za-z0-9]{22}$/);

/** What operators decide of a region. */
export const regionSetting = z.strictObject({
  state: regionState,
  maxInflight: regionCap,
  /** Workers that take nothing new while another one of the region does. */
  drainedWorkers: z.array(workerId),
  /** The organisation of the operator who decided last; null: nobody has. */
  org: z.uuid().nullable(),
});
export type RegionSetting = z.infer<typeof regionSetting>;

/** A region about which nobody has decided anything. */
export const undecided: RegionSetting = { state: 'open', maxInflight: null, drainedWorkers: [], org: null };

/** Changes what a region takes; for operators. */
export const updateRegion = requestContract({
  subject: 'v1.resource-registry.region.update',
  callers,
  request: z.strictObject({
    region: regionId,
    settings: z.strictObject({ state: regionState, maxInflight: regionCap }).partial(),
  }),
  reply: regionSetting,
  problems: [missingScope, notFound, unavailable],
});

/** Keeps new requests away from one worker, as far as there is another one; for operators. */
export const drainWorker = requestContract({
  subject: 'v1.resource-registry.region.drain-worker',
  callers,
  request: z.strictObject({ region: regionId, worker: workerId }),
  reply: regionSetting,
  problems: [missingScope, notFound, unavailable],
});

/** Says whether this installation has a region, whose workers may all be gone at the moment. */
export const checkRegion = requestContract({
  subject: 'v1.resource-registry.region.check',
  callers,
  request: z.strictObject({ region: regionId }),
  reply: z.strictObject({}),
  problems: [unknownRegion],
  deadlineMs: 2_000,
});
