import type { QueryClosed, QueryIntent, QueryOutcome } from '@pontage/contracts/events';
import { actor } from '@pontage/contracts/events';
import { z } from 'zod';

const id = z.uuid().toLowerCase();
const at = z.iso.datetime();
const count = z.number().nonnegative();
const of = { executionId: id, org: id, at };

/** A query that is about to leave, as it comes out of the stream. Fields that a newer process adds are passed over. */
export const queryIntent = z.object({
  ...of,
  attempt: z.int().positive(),
  actor,
  externalIdentifier: z.string().nullable(),
  app: z.string().nullable(),
  resource: z.object({ id: z.string(), version: z.int() }).nullable(),
  region: z.string(),
  requestId: z.string(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  answered: z.object({ status: z.int(), bytes: count }).optional(),
  data: z.record(z.string(), z.json()),
}) satisfies z.ZodType<QueryIntent>;

/** What became of one attempt. */
export const queryOutcome = z.object({
  ...of,
  attempt: z.int().positive(),
  region: z.string(),
  workerId: z.string(),
  status: z.int().nullable(),
  problem: z.string().nullable(),
  requestBytes: count,
  responseBytes: count,
  durationMs: count,
  superseded: z.boolean(),
  credentialEchoed: z.literal(true).optional(),
}) satisfies z.ZodType<QueryOutcome>;

/** The gateway's word that no end came. */
export const queryClosed = z.object({ ...of, reason: z.string() }) satisfies z.ZodType<QueryClosed>;

export type Intent = z.output<typeof queryIntent>;
export type Outcome = z.output<typeof queryOutcome>;
export type Closed = z.output<typeof queryClosed>;

/** One piece of what is known of an execution. */
export type QueryPart =
  | { readonly kind: 'intent'; readonly part: Intent }
  | { readonly kind: 'outcome'; readonly part: Outcome }
  | { readonly kind: 'closed'; readonly part: Closed };
