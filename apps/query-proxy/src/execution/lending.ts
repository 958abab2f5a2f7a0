import type { Lease } from '@pontage/contracts/auth-broker';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import type { LeaseKey } from '../credential/lease-cache.js';
import { lendDraft } from '../credential/lend-draft.js';
import type { Attempt } from './attempt.js';
import { callOf } from './call-of.js';
import type { Rooms } from './rooms.js';

/** The leases of one run. */
export class Lending {
  constructor(
    private readonly rooms: Pick<Rooms, 'bus' | 'leases'>,
    private readonly run: RunQuery,
  ) {}

  /** The lease to begin with: at once when it is here. */
  first(key: LeaseKey): Lease | Promise<Lease> {
    const { bus, leases } = this.rooms;
    if (this.run.call.kind === 'unsaved') return lendDraft(bus, key, callOf(this.run));
    return leases.cached(key) ?? leases.get(key, callOf(this.run));
  }

  /** One with a newer grant, when the upstream has refused this one. */
  async renewed(key: LeaseKey, { lease, ready, renewed }: Attempt, status: number): Promise<Lease | undefined> {
    const refused = lease?.grant?.version;
    if (refused === undefined || renewed) return undefined;
    // Another grant of the same draft would be refused as well.
    if (this.run.call.kind === 'unsaved') return undefined;
    if (ready?.method.retryOn.includes(status) !== true) return undefined;
    try {
      const newer = await this.rooms.leases.renewed(key, callOf(this.run), refused);
      return newer.grant === null || newer.grant.version <= refused ? undefined : newer;
    } catch {
      // Without a newer grant the upstream's own 401 says more than a problem of ours would.
      return undefined;
    }
  }
}
