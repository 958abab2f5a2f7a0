import type { PresenceRecord } from '@pontage/bus';
import { undecided, type RegionSetting, type RegionState } from '@pontage/contracts/resource-registry';

/** A worker as it says of itself, and as operators treat it. */
export interface EgressWorker {
  readonly id: string;
  readonly version: string;
  readonly inflight: number;
  readonly queued: number;
  readonly capacity: number;
  readonly since: string;
  readonly draining: boolean;
  /** Of the last minute; null: there were no requests. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** The share of requests that failed. */
  readonly failures: number | null;
}

/** A region as operators have decided, and as its live workers make it. */
export interface EgressRegion {
  readonly id: string;
  readonly location: string | null;
  readonly outboundIps: string[];
  readonly workers: EgressWorker[];
  readonly state: RegionState;
  readonly maxInflight: number | null;
  /** The middle of its workers' medians. */
  readonly latencyMs: number | null;
}

/** The places behind region ids of the seeds' list. */
const locations: ReadonlyMap<string, string> = new Map([
  ['us-east-1', 'US East (N. Virginia)'],
  ['us-west-2', 'US West (Oregon)'],
  ['eu-central-1', 'Europe (Frankfurt)'],
  ['eu-west-1', 'Europe (Ireland)'],
  ['ap-southeast-1', 'Asia Pacific (Singapore)'],
  ['ap-northeast-1', 'Asia Pacific (Tokyo)'],
]);

/** The regions by id: those that are known, with workers or without, and those that have workers. */
export function regionsOf(
  present: readonly PresenceRecord[],
  settings: Iterable<readonly [string, RegionSetting]>,
): EgressRegion[] {
  const known = new Map(settings);
  const workers = present.filter(({ service }) => service === 'egress-worker');
  const ids = new Set([...known.keys(), ...workers.flatMap(({ region }) => (region === null ? [] : [region]))]);
  return [...ids].sort().map((id) =>
    regionOf(
      id,
      known.get(id) ?? undecided,
      workers.filter(({ region }) => region === id),
    ),
  );
}

/** A region of these workers. */
export function regionOf(id: string, setting: RegionSetting, records: readonly PresenceRecord[]): EgressRegion {
  const { state, maxInflight, drainedWorkers } = setting;
  const workers = records.map((record) => workerOf(record, drainedWorkers.includes(record.instance)));
  return {
    id,
    location: locations.get(id) ?? null,
    outboundIps: [...new Set(records.flatMap(({ outboundIps }) => outboundIps))].sort(),
    state,
    maxInflight,
    latencyMs: medianOf(workers.flatMap(({ p50Ms }) => (p50Ms === null ? [] : [p50Ms]))),
    workers,
  };
}

const workerOf = (record: PresenceRecord, isDrained: boolean): EgressWorker => {
  const { instance: id, version, inflight, queued, capacity, startedAt: since, p50Ms, p99Ms, failures } = record;
  const draining = record.draining || isDrained;
  return { id, version, inflight, queued, capacity, since, draining, p50Ms, p99Ms, failures };
};

function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/** The addresses that requests leave from, per region that has workers: single ones and networks apart, for firewalls. */
export const outboundAddressesOf = (
  present: readonly PresenceRecord[],
): { data: { region: string; ips: string[]; cidrs: string[] }[] } => ({
  data: regionsOf(present, []).map(({ id, outboundIps }) => ({
    region: id,
    ips: outboundIps.filter((each) => !each.includes('/')),
    cidrs: outboundIps.filter((each) => each.includes('/')),
  })),
});
