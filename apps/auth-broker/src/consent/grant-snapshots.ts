import { grants } from '@pontage/contracts/snapshots';
import type { SnapshotSink, UnitOfWork } from '@pontage/persistence';
import { grantSnapshotKey, type GrantKey, type SnapshotWriter } from '@pontage/snapshots';

/** The broker's pen for the bucket `grants`. */
export type GrantPen = SnapshotWriter<typeof grants>;

/** Writes what transactions announce: into this bucket, or into the other one that the broker owns. */
export const sinkOf = (pen: GrantPen, other: SnapshotSink): SnapshotSink => ({
  put: (bucket, key, entry) =>
    bucket === grants.name ? pen.put(key, entry as Parameters<GrantPen['put']>[1]) : other.put(bucket, key, entry),
});

type Row = Omit<GrantKey, 'org'> & { readonly version: number; readonly isHeld: boolean };

/** Puts into the bucket what the database has and the bucket has not, as after its loss. */
export async function rebuildGrants(unitOfWork: UnitOfWork, pen: GrantPen): Promise<void> {
  for (const org of await unitOfWork.ids('credential_organisations')) {
    await unitOfWork.reconcile(org, async (manager) => {
      const rows = await manager.query<Row[]>(
        `SELECT credential_id AS "credentialId", environment, caller, version, sealed IS NOT NULL AS "isHeld" FROM issued_grant WHERE scope IS NOT NULL`,
      );
      for (const { version, isHeld, ...of } of rows) {
        const key = grantSnapshotKey({ org, ...of });
        if (pen.watch.versionOf(key) === undefined)
          await pen.put(key, { version, value: { state: isHeld ? 'held' : 'gone' } });
      }
    });
  }
}
