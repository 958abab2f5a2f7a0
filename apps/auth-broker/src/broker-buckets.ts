import type { Bus } from '@pontage/bus';
import { grants, identityKeys as keyBucket } from '@pontage/contracts/snapshots';
import type { SnapshotSink, UnitOfWork } from '@pontage/persistence';
import { SnapshotWriter } from '@pontage/snapshots';
import type { ServiceContext } from '@pontage/telemetry';
import { rebuildGrants, sinkOf, type GrantPen } from './consent/grant-snapshots.js';
import { CredentialRotations } from './rotation/credential-rotations.js';
import { RotationBucket } from './rotation/rotation-bucket.js';

/** The buckets that the broker owns. They are opened before it waits for any that others make, who may wait for these. */
export class BrokerBuckets {
  /** Where transactions announce what becomes of grants and rotations. */
  readonly sink: SnapshotSink;

  private constructor(
    private readonly grantPen: GrantPen,
    private readonly rotations: RotationBucket,
    readonly identityKeys: SnapshotWriter<typeof keyBucket>,
  ) {
    this.sink = sinkOf(grantPen, rotations);
  }

  static async open(bus: Bus, onStop: ServiceContext['onStop']): Promise<BrokerBuckets> {
    const [grantPen, rotations, keyPen] = await Promise.all([
      SnapshotWriter.open(bus, grants),
      RotationBucket.open(bus),
      SnapshotWriter.open(bus, keyBucket),
    ]);
    onStop(() => grantPen.watch.stop());
    onStop(() => rotations.stop());
    return new BrokerBuckets(grantPen, rotations, keyPen);
  }

  /** Brings grants and rotations to what the rows say: after a crash, and when a bucket was lost. */
  async rebuild(unitOfWork: UnitOfWork): Promise<void> {
    await this.rotations.rebuild(unitOfWork, new CredentialRotations());
    await rebuildGrants(unitOfWork, this.grantPen);
  }
}
