import type { Checkpoint } from '@pontage/contracts/audit-log';
import type { Work } from '@pontage/persistence';

/** Keeps a checkpoint in the database, too; one that it has already stays. */
export async function insertCheckpoint(
  { manager, org }: Work,
  { seq, hash, at, keyId, signature }: Checkpoint,
): Promise<void> {
  await manager.query(
    'INSERT INTO checkpoint (org, seq, hash, at, key_id, signature) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING',
    [org, seq, hash, at, keyId, signature],
  );
}

/** The organisation's checkpoints in the database, oldest first. */
export async function selectCheckpoints({ manager, org }: Work): Promise<Checkpoint[]> {
  const rows = await manager.query<(Omit<Checkpoint, 'seq'> & { seq: string })[]>(
    `SELECT seq, hash, at, key_id AS "keyId", signature FROM checkpoint WHERE org = $1 ORDER BY seq, at`,
    [org],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}
