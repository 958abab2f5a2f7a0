import { services } from '@pontage/contracts';
import { z } from 'zod';

/** A query-proxy keeps queries from the upstream of a resource, which fails. */
const breakerRecord = z.object({
  org: z.string(),
  resource: z.string(),
  /** Null: all of its environments, but for those that are apart. */
  environment: z.string().nullable(),
  region: z.string(),
  state: z.enum(['open', 'half-open']),
  since: z.string(),
});
export type BreakerRecord = z.infer<typeof breakerRecord>;

/** A process of ours, as it says of itself. */
const presenceRecord = z.object({
  service: z.enum(services),
  region: z.string().nullable(),
  instance: z.string().regex(/^[A-Za-z0-9]{22}$/),
  version: z.string(),
  startedAt: z.string(),
  inflight: z.number(),
  /** Requests that wait for a place. */
  queued: z.number().default(0),
  capacity: z.number(),
  draining: z.boolean(),
  /** How long requests took in the last minute; null: there were none. */
  p50Ms: z.number().nullable().default(null),
  p99Ms: z.number().nullable().default(null),
  /** Which share of them failed, 0 to 1. */
  failures: z.number().nullable().default(null),
  /** Addresses and CIDRs that a worker's requests leave from. */
  outboundIps: z.array(z.string()),
  /** Of a query-proxy. */
  breakers: z.array(breakerRecord).max(50).default([]),
  key: z.object({ id: z.string(), publicKey: z.string() }),
});
export type PresenceRecord = z.infer<typeof presenceRecord>;

/** What a process may change about what it says of itself. */
export type PresenceState = Omit<PresenceRecord, 'service' | 'region' | 'instance' | 'version' | 'startedAt' | 'key'>;

/** Why somebody speaks, besides being there. */
export type Occasion = 'hello' | 'bye';

/** What a process says of itself before it has anything to say. */
export const idle: PresenceState = {
  inflight: 0,
  queued: 0,
  capacity: 0,
  draining: false,
  p50Ms: null,
  p99Ms: null,
  failures: null,
  outboundIps: [],
  breakers: [],
};

/** What somebody said; undefined when it is nothing that a process says. */
export function readSpoken(data: Uint8Array): { record: PresenceRecord; occasion: Occasion | undefined } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(data).toString());
    const parsed = presenceRecord.safeParse(value);
    const { hello, bye } = value as { hello?: unknown; bye?: unknown };
    const occasion = hello === true ? 'hello' : bye === true ? 'bye' : undefined;
    return parsed.success ? { record: parsed.data, occasion } : undefined;
  } catch {
    return undefined;
  }
}
