import type { Presence } from '@pontage/bus';
import type { organisations } from '@pontage/contracts/snapshots';
import type { WorkerPool } from '@pontage/dispatch';
import type { SnapshotWatch } from '@pontage/snapshots';
import { SendingRegion } from './sending-region.js';

/** By the workers that are there, and what organisations and operators have decided. */
export class PresentSendingRegion extends SendingRegion {
  constructor(
    private readonly settings: SnapshotWatch<typeof organisations>,
    private readonly workers: WorkerPool,
    private readonly presence: Presence,
  ) {
    super();
  }

  of(org: string, wished: string | null): string {
    if (wished !== null) return wished;
    const usual = this.settings.get(org)?.defaultRegion;
    const live = this.presence.live('egress-worker').flatMap(({ region }) => region ?? []);
    const [first, ...others] = [...new Set([...(usual === undefined ? [] : [usual]), ...live])];
    // Without any region there is nobody to ask, and whoever tries is told so.
    return first === undefined ? 'none' : this.workers.choose([first, ...others]);
  }
}
