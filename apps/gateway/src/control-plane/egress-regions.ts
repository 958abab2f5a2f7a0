import type { PresenceRecord } from '@pontage/bus';

/** A region as its live workers make it. */
export interface EgressRegion {
  readonly id: string;
  readonly location: string | null;
  readonly outboundIps: string[];
  readonly workers: {
    id: string;
    version: string;
    inflight: number;
    capacity: number;
    since: string;
    draining: boolean;
  }[];
  readonly state: 'open' | 'draining';
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

/** The regions by id, from what their workers say of themselves. */
export function regionsOf(present: readonly PresenceRecord[]): EgressRegion[] {
  const byRegion = new Map<string, PresenceRecord[]>();
  for (const record of present) {
    if (record.service !== 'egress-worker' || record.region === null) continue;
    byRegion.set(record.region, [...(byRegion.get(record.region) ?? []), record]);
  }
  return [...byRegion]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, workers]) => ({
      id,
      location: locations.get(id) ?? null,
      outboundIps: [...new Set(workers.flatMap(({ outboundIps }) => outboundIps))].sort(),
      workers: workers.map(({ instance, version, inflight, capacity, startedAt, draining }) => ({
        id: instance,
        version,
        inflight,
        capacity,
        since: startedAt,
        draining,
      })),
      state: workers.every(({ draining }) => draining) ? 'draining' : 'open',
    }));
}

/** The addresses that requests leave from, per region: single ones and networks apart, for firewalls. */
export const outboundAddressesOf = (
  present: readonly PresenceRecord[],
): { data: { region: string; ips: string[]; cidrs: string[] }[] } => ({
  data: regionsOf(present).map(({ id, outboundIps }) => ({
    region: id,
    ips: outboundIps.filter((each) => !each.includes('/')),
    cidrs: outboundIps.filter((each) => each.includes('/')),
  })),
});
