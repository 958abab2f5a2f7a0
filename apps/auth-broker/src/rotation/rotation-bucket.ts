import type { Bus } from '@pontage/bus';
import { rotations, type SnapshotEntry, type ValueOf } from '@pontage/contracts/snapshots';
import type { SnapshotSink, UnitOfWork } from '@pontage/persistence';
import { SnapshotWriter } from '@pontage/snapshots';
import type { CredentialRotations } from './credential-rotations.js';

/** The `rotations` bucket, as its owner writes it. */
export class RotationBucket implements SnapshotSink {
  private constructor(private readonly writer: SnapshotWriter<typeof rotations>) {}

  /** Opens it, making it when it is missing. */
  static async open(bus: Bus): Promise<RotationBucket> {
    return new RotationBucket(await SnapshotWriter.open(bus, rotations));
  }

  async put(bucket: string, key: string, entry: SnapshotEntry<unknown>): Promise<void> {
    if (bucket !== rotations.name) throw new Error(`${bucket} is not the broker's bucket`);
    await this.writer.put(key, entry as SnapshotEntry<ValueOf<typeof rotations>>);
  }

  /** Brings the bucket to what the rows say: after a crash, and when it was lost. */
  async rebuild(unitOfWork: UnitOfWork, kept: CredentialRotations): Promise<void> {
    const { watch } = this.writer;
    const told = [...watch.entries()].map(([key]) => key.slice(0, key.indexOf('.')));
    for (const org of new Set([...told, ...(await unitOfWork.ids('credential_rotation_organisations'))]))
      await unitOfWork.reconcile(org, async (manager) => {
        const rows = await kept.snapshots(manager, org);
        for (const [key, entry] of rows) await this.writer.put(key, entry);
        for (const [key] of [...watch.entries()])
          if (key.startsWith(`${org}.`) && !rows.has(key))
            await this.writer.put(key, { version: (watch.versionOf(key) ?? 0) + 1, value: null });
      });
  }

  stop(): void {
    this.writer.watch.stop();
  }
}
