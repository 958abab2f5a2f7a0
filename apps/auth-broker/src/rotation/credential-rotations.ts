import type { Call } from '@pontage/contracts';
import { rotations } from '@pontage/contracts/snapshots';
import type { Work } from '@pontage/persistence';
import { rotationSettling } from '@pontage/problems';
import type { EntityManager } from 'typeorm';
import type { RotationState } from './credential-rotation.js';

/** A rotation that is about to begin. */
export interface NewRotation {
  readonly credentialId: string;
  readonly resourceId: string;
  /** The credential that the resource has. */
  readonly basedOn: string;
  /** The call that asked for it. */
  readonly requestedBy: Call;
}

/** A rotation as it is kept. */
export interface KeptRotation extends RotationState {
  readonly credentialId: string;
  readonly resourceId: string;
  readonly previousId: string;
  /** Credentials besides that one whose place was taken before they had proven themselves. */
  readonly retires: readonly string[];
  /** The call that asked for it. */
  readonly requestedBy: Call;
  readonly version: number;
  readonly since: string;
}

/** SQL: milliseconds from a time to the database's now. */
const past = (column: string): string => `extract(epoch FROM clock_timestamp() - ${column})::float8 * 1000`;

const columns = `credential_id AS "credentialId", resource_id AS "resourceId", previous_id AS "previousId", retires, version,
  requested_by AS "requestedBy", prefers, accepted, refused, began_at AS "since",
  ${past('began_at')} AS "begunForMs", ${past('installed_at')} AS "installedForMs", ${past('quiet_from')} AS "quietForMs",
  ${past('coalesce(accepted_at, installed_at, began_at)')} AS "unacceptedForMs"`;

/** Rotations that have not settled. Each change of which credential goes first is told to the `rotations` bucket. */
export class CredentialRotations {
  /**
   * Begins a rotation. The credential that stands in is the one that works: after a failed rotation that is not the newest.
   * @throws rotationSettling when the one that would be replaced has not proven itself
   */
  async begin(work: Work, { credentialId, resourceId, basedOn, requestedBy }: NewRotation): Promise<void> {
    const [unsettled] = await work.manager.query<KeptRotation[]>(
      `SELECT ${columns} FROM credential_rotation WHERE credential_id = $1 AND resource_id = $2 FOR UPDATE`,
      [basedOn, resourceId],
    );
    if (unsettled?.prefers === 'new') throw rotationSettling({});
    const previousId = unsettled?.previousId ?? basedOn;
    const retires = unsettled === undefined ? [] : [...unsettled.retires, basedOn];
    const [kept] = await work.manager.query<KeptRotation[]>(
      `INSERT INTO credential_rotation (credential_id, org, resource_id, previous_id, retires, requested_by)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${columns}`,
      [credentialId, work.org, resourceId, previousId, retires, JSON.stringify(requestedBy)],
    );
    if (kept !== undefined) tell(work, kept);
  }

  /** True while the credential has not proven itself, and another rotation has to wait for that. */
  async isSettling({ manager }: Work, credentialId: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `SELECT FROM credential_rotation WHERE credential_id = $1 AND prefers = 'new'`,
      [credentialId],
    );
    return rows.length > 0;
  }

  /** The credential that stands in for another one; null: none does. */
  async previousOf({ manager }: Work, credentialId: string): Promise<string | null> {
    const [row] = await manager.query<{ id: string }[]>(
      'SELECT previous_id AS id FROM credential_rotation WHERE credential_id = $1',
      [credentialId],
    );
    return row?.id ?? null;
  }

  /** Those of the organisation, for this transaction alone: what another process has in hand is left out. */
  hold({ manager }: Work): Promise<KeptRotation[]> {
    return manager.query<KeptRotation[]>(`SELECT ${columns} FROM credential_rotation FOR UPDATE SKIP LOCKED`);
  }

  /** Adds what upstreams have said of a new credential. */
  async note({ manager }: Work, credentialId: string, accepted: number, refused: number): Promise<void> {
    await manager.query(
      `UPDATE credential_rotation SET
         accepted = CASE WHEN $3 > 0 THEN 0 ELSE least(accepted::bigint + $2, 1000000) END,
         refused = CASE WHEN $2 > 0 THEN 0 ELSE least(refused::bigint + $3, 1000000) END,
         accepted_at = CASE WHEN $2 > 0 THEN clock_timestamp() ELSE accepted_at END,
         refused_at = CASE WHEN $3 > 0 THEN clock_timestamp() ELSE refused_at END,
         quiet_from = CASE WHEN $3 > 0 THEN clock_timestamp() ELSE quiet_from END
       WHERE credential_id = $1`,
      [credentialId, accepted, refused],
    );
  }

  /** Somebody may be about to make these the resource's credentials again: they are not retired in the next moment. */
  async holdBack({ manager }: Work, previousIds: readonly string[]): Promise<void> {
    await manager.query(
      `UPDATE credential_rotation SET quiet_from = clock_timestamp() WHERE previous_id = ANY($1) OR retires && $1::uuid[]`,
      [[...previousIds]],
    );
  }

  async install({ manager }: Work, { credentialId }: KeptRotation): Promise<void> {
    await manager.query(
      `UPDATE credential_rotation SET installed_at = clock_timestamp(), quiet_from = clock_timestamp() WHERE credential_id = $1`,
      [credentialId],
    );
  }

  /** Has the other credential go first, and counts anew. */
  async prefer(work: Work, rotation: KeptRotation, prefers: RotationState['prefers']): Promise<void> {
    await work.manager.query(
      `UPDATE credential_rotation SET prefers = $2, version = version + 1, accepted = 0, refused = 0,
         accepted_at = clock_timestamp(), quiet_from = clock_timestamp() WHERE credential_id = $1`,
      [rotation.credentialId, prefers],
    );
    tell(work, { ...rotation, prefers, version: rotation.version + 1 });
  }

  /** Ends a rotation: nothing stands in for the credential any more. */
  async end(work: Work, { credentialId, version }: KeptRotation): Promise<void> {
    await work.manager.query('DELETE FROM credential_rotation WHERE credential_id = $1', [credentialId]);
    work.snapshot(rotations, keyOf(work.org, credentialId), { version: version + 1, value: null });
  }

  /** What the bucket should hold of an organisation, by key. */
  async snapshots(manager: EntityManager, org: string) {
    const kept = await manager.query<KeptRotation[]>(`SELECT ${columns} FROM credential_rotation`);
    return new Map(kept.map((each) => [keyOf(org, each.credentialId), entryOf(each)]));
  }
}

const tell = (work: Work, rotation: KeptRotation): void =>
  work.snapshot(rotations, keyOf(work.org, rotation.credentialId), entryOf(rotation));

/** The driver gives times as dates. */
const entryOf = ({ resourceId, previousId, prefers, since, version }: KeptRotation) => ({
  version,
  value: { resourceId, previousId, prefers, since: new Date(since).toISOString() },
});

const keyOf = (org: string, credentialId: string): string => `${org}.${credentialId}`;
