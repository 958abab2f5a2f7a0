import { randomUUID } from 'node:crypto';
import type { AuditEntry, UnitOfWork, Work } from '@pontage/persistence';
import type { KeyRotation } from '@pontage/contracts/auth-broker';

/** Who asked for a rotation, as its events name them. */
export type RequestedBy = Omit<AuditEntry, 'action' | 'outcome' | 'data'>;

/** How far a rotation has come: it goes on behind this record. */
export interface Position {
  readonly table: string;
  readonly org: string;
  readonly after: readonly string[];
  /** Records that this pass has changed. */
  readonly changed: number;
}

/** A rotation as the process that carries it out sees it. */
export interface HeldRotation extends KeyRotation {
  readonly org: string;
  readonly requestedBy: RequestedBy;
  readonly position: Position | null;
}

const columns = `id, org, depth, key_id AS "keyId", requested_at AS "requestedAt", finished_at AS "finishedAt", records, unreadable,
  requested_by AS "requestedBy", position`;
const inMs = (parameter: string): string => `clock_timestamp() + ${parameter} * interval '1 millisecond'`;

/** Rotations. One process at a time holds one, for as long as it keeps saying so. */
export class RotationStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async insert(
    { manager, org }: Work,
    rotation: Pick<KeyRotation, 'depth' | 'keyId'>,
    requestedBy: RequestedBy,
  ): Promise<KeyRotation> {
    const [row] = await manager.query<HeldRotation[]>(
      `INSERT INTO key_rotation (id, org, depth, key_id, requested_by) VALUES ($1, $2, $3, $4, $5) RETURNING ${columns}`,
      [randomUUID(), org, rotation.depth, rotation.keyId, JSON.stringify(requestedBy)],
    );
    if (row === undefined) throw new Error('an insert that returned nothing');
    return viewOf(row);
  }

  /** The rotation that was asked for last. */
  async latest(): Promise<KeyRotation | undefined> {
    const rows = await this.ofEach(`SELECT ${columns} FROM key_rotation ORDER BY requested_at DESC LIMIT 1`, []);
    return rows.map(viewOf).sort((a, b) => (a.requestedAt < b.requestedAt ? 1 : -1))[0];
  }

  /** Takes an unfinished rotation that nobody holds. */
  async take(owner: string, forMs: number): Promise<HeldRotation | undefined> {
    const [rotation] = await this.ofEach(
      `SELECT ${columns} FROM key_rotation
        WHERE finished_at IS NULL AND (held_until IS NULL OR held_until < clock_timestamp()) ORDER BY requested_at LIMIT 1`,
      [],
    );
    if (rotation === undefined) return undefined;
    const taken = await this.unitOfWork.run(rotation.org, ({ manager }) =>
      manager.query<[unknown[], number]>(
        `UPDATE key_rotation SET held_by = $2, held_until = ${inMs('$3')}
          WHERE id = $1 AND finished_at IS NULL AND (held_until IS NULL OR held_until < clock_timestamp())`,
        [rotation.id, owner, forMs],
      ),
    );
    return taken[1] === 1 ? rotation : undefined;
  }

  /** Writes how far it has come, and holds it for another `forMs`. False when somebody else holds it. */
  async advance(
    { id, org }: HeldRotation,
    owner: string,
    { records, unreadable, position }: { records: number; unreadable: number; position: Position | null },
    forMs: number,
  ): Promise<boolean> {
    const [, count] = await this.unitOfWork.run(org, ({ manager }) =>
      manager.query<[unknown[], number]>(
        `UPDATE key_rotation SET records = $3, unreadable = $4, position = $5, held_until = ${inMs('$6')} WHERE id = $1 AND held_by = $2`,
        [id, owner, records, unreadable, position === null ? null : JSON.stringify(position), forMs],
      ),
    );
    return count === 1;
  }

  /** Ends it; false when somebody else holds it. */
  async finish({ manager }: Work, { id }: HeldRotation, owner: string): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE key_rotation SET finished_at = clock_timestamp(), held_until = NULL WHERE id = $1 AND held_by = $2 AND finished_at IS NULL`,
      [id, owner],
    );
    return count === 1;
  }

  private async ofEach(statement: string, parameters: unknown[]): Promise<HeldRotation[]> {
    const rows: HeldRotation[] = [];
    for (const org of await this.unitOfWork.ids('key_rotation_organisations'))
      rows.push(
        ...(await this.unitOfWork.run(org, ({ manager }) => manager.query<HeldRotation[]>(statement, parameters))),
      );
    return rows;
  }
}

/** What its readers see. The driver gives times as dates. */
const viewOf = (row: HeldRotation): KeyRotation => ({
  id: row.id,
  depth: row.depth,
  keyId: row.keyId,
  requestedAt: new Date(row.requestedAt).toISOString(),
  finishedAt: row.finishedAt === null ? null : new Date(row.finishedAt).toISOString(),
  records: row.records,
  unreadable: row.unreadable,
});
