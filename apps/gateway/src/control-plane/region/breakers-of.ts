import type { BreakerRecord, PresenceRecord } from '@pontage/bus';
import { groupsOf, type Principal } from '@pontage/contracts';
import { z } from 'zod';

/** The upstreams of the caller's own resources from which a region's queries are kept now, and how many there are in all. */
export const regionBreakers = z.strictObject({
  breakers: z.array(
    z.strictObject({
      resource: z.string(),
      /** Null: all environments, but for those with a destination or limits of their own. */
      environment: z.string().nullable(),
      state: z.enum(['open', 'half-open']),
      since: z.iso.datetime(),
    }),
  ),
  /** Of all organisations; null for whoever does not operate this installation. */
  openBreakers: z.int().nullable(),
});

/** Who asks. A token that is restricted to groups may not know of every resource, so it sees none. */
export interface BreakerReader {
  readonly org: string;
  readonly principal: Principal;
}

/** What the query-proxies say of a region, each upstream once. */
export function breakersOf(
  present: readonly PresenceRecord[],
  region: string,
  { org, principal }: BreakerReader,
): z.output<typeof regionBreakers> {
  const byUpstream = new Map<string, BreakerRecord>();
  for (const breaker of present.flatMap(({ breakers }) => breakers)) {
    if (breaker.region !== region) continue;
    const name = `${breaker.org}/${breaker.resource}/${breaker.environment ?? ''}`;
    const known = byUpstream.get(name);
    if (known === undefined || (known.state === 'half-open' && breaker.state === 'open')) byUpstream.set(name, breaker);
  }
  const all = [...byUpstream.values()];
  const seesAll = groupsOf(principal) === null;
  const own = seesAll ? all.filter((breaker) => breaker.org === org) : [];
  return {
    breakers: own.map(({ resource, environment, state, since }) => ({ resource, environment, state, since })),
    openBreakers: principal.type === 'token' && principal.scopes.includes('operator') ? all.length : null,
  };
}
