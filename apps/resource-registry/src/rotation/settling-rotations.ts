import type { Bus } from '@pontage/bus';
import { rotations } from '@pontage/contracts/snapshots';
import { SnapshotWatch } from '@pontage/snapshots';
import type { Logger } from '@pontage/telemetry';

/** The rotations that the broker says have not settled. Nothing waits for them: they are shown, and decide nothing. */
export class SettlingRotations {
  private watch: SnapshotWatch<typeof rotations> | undefined;
  private isStopped = false;

  constructor(bus: Bus, logger: Logger) {
    SnapshotWatch.open(bus, rotations)
      .then((watch) => {
        if (this.isStopped) watch.stop();
        else this.watch = watch;
      })
      .catch((error: unknown) => logger.warn({ err: error }, 'rotations that settle are not shown'));
  }

  /** Since when the rotation to this credential settles; null: it does not, as far as is known. */
  since(org: string, credentialId: string): string | null {
    return this.watch?.get(`${org}.${credentialId}`)?.since ?? null;
  }

  stop(): void {
    this.isStopped = true;
    this.watch?.stop();
  }
}
