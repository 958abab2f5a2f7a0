import type { Work } from '@pontage/persistence';
import { type SecretBox, type SecretValues } from '../secrets/secret-box.js';
import { CredentialRotations } from '../rotation/credential-rotations.js';
import { CredentialRow } from './credential.entity.js';

/** A credential as it is kept, its secrets sealed. */
export interface StoredCredential {
  readonly id: string;
  readonly org: string;
  readonly resourceId: string;
  readonly method: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sealed: Uint8Array;
  /** Since when its secrets are what they are. */
  readonly rotatedAt: Date;
}

/** The credentials of resources. */
export class CredentialStore {
  /** Which of them are about to take the place of others. */
  readonly rotations = new CredentialRotations();

  constructor(private readonly box: SecretBox) {}

  async insert(
    { manager, org }: Work,
    credential: Omit<StoredCredential, 'org' | 'sealed' | 'rotatedAt'> & Partial<Pick<StoredCredential, 'rotatedAt'>>,
    secrets: SecretValues,
  ): Promise<void> {
    const sealed = this.box.seal(credentialPlace({ org, id: credential.id }), secrets);
    await manager.insert(CredentialRow, { ...credential, org, sealed });
  }

  /** The credential, if it belongs to that resource. */
  async find({ manager }: Work, id: string, resourceId: string): Promise<StoredCredential | undefined> {
    const row = await manager.findOneBy(CredentialRow, { id, resourceId });
    if (row === null) return undefined;
    const { rotatedAt, createdAt, ...stored } = row;
    return {
      ...stored,
      settings: stored.settings as StoredCredential['settings'],
      rotatedAt: rotatedAt ?? createdAt,
    };
  }

  /** The secrets of a credential in clear. @throws SealBroken */
  open(credential: StoredCredential): Record<string, unknown> {
    return this.box.open(credentialPlace(credential), credential.sealed);
  }

  /** Deletes credentials, their grants with them, and remembers which one has taken their place. Returns their ids. */
  async retire(
    { manager, org }: Work,
    ids: readonly string[],
    of: { id: string; resourceId: string },
  ): Promise<string[]> {
    const [rows] = await manager.query<[{ id: string }[], number]>(
      'DELETE FROM credential WHERE id = ANY($1) AND resource_id = $2 RETURNING id',
      [[...ids], of.resourceId],
    );
    const retired = rows.map(({ id }) => id);
    await manager.query(
      `INSERT INTO retired_credential (id, org, resource_id, successor_id) SELECT id, $2, $3, $4 FROM unnest($1::uuid[]) AS id`,
      [retired, org, of.resourceId, of.id],
    );
    return retired;
  }

  /** What stands in for those that were retired: each with the last of its successors. */
  async successors(
    { manager }: Work,
    resourceId: string,
    ids: readonly string[],
  ): Promise<[retired: string, id: string][]> {
    const rows = await manager.query<{ id: string; successor: string }[]>(
      'SELECT id, successor_id AS successor FROM retired_credential WHERE resource_id = $1',
      [resourceId],
    );
    const next = new Map(rows.map(({ id, successor }) => [id, successor]));
    const lastOf = (id: string): string => {
      const successor = next.get(id);
      return successor === undefined ? id : lastOf(successor);
    };
    return ids.filter((id) => next.has(id)).map((id) => [id, lastOf(id)]);
  }

  /** Deletes the resource's credentials, and their grants with them. Returns their ids. */
  async deleteOf({ manager }: Work, resourceId: string): Promise<string[]> {
    const statement = 'DELETE FROM credential WHERE resource_id = $1 RETURNING id';
    const [rows] = await manager.query<[{ id: string }[], number]>(statement, [resourceId]);
    await manager.query('DELETE FROM retired_credential WHERE resource_id = $1', [resourceId]);
    return rows.map(({ id }) => id);
  }
}

/** What a credential is sealed for. */
export const credentialPlace = ({ org, id }: { org: string; id: string }) => ({
  org,
  kind: 'credential',
  id,
  version: 1,
});
