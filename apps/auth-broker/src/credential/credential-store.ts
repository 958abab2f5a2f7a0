import type { Work } from '@pontage/persistence';
import { type SecretBox, type SecretValues } from '../secrets/secret-box.js';
import { CredentialRow } from './credential.entity.js';

/** A credential as it is kept, its secrets sealed. */
export interface StoredCredential {
  readonly id: string;
  readonly org: string;
  readonly resourceId: string;
  readonly method: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sealed: Uint8Array;
}

/** The credentials of resources. */
export class CredentialStore {
  constructor(private readonly box: SecretBox) {}

  async insert(
    { manager, org }: Work,
    credential: Omit<StoredCredential, 'org' | 'sealed'>,
    secrets: SecretValues,
  ): Promise<void> {
    const sealed = this.box.seal(credentialPlace({ org, id: credential.id }), secrets);
    await manager.insert(CredentialRow, { ...credential, org, sealed });
  }

  /** The credential, if it belongs to that resource. */
  async find({ manager }: Work, id: string, resourceId: string): Promise<StoredCredential | undefined> {
    const row = await manager.findOneBy(CredentialRow, { id, resourceId });
    return row === null ? undefined : { ...row, settings: row.settings as StoredCredential['settings'] };
  }

  /** The secrets of a credential in clear. @throws SealBroken */
  open(credential: StoredCredential): Record<string, unknown> {
    return this.box.open(credentialPlace(credential), credential.sealed);
  }

  /** Deletes the resource's credentials, and their grants with them. Returns their ids. */
  async deleteOf({ manager }: Work, resourceId: string): Promise<string[]> {
    const statement = 'DELETE FROM credential WHERE resource_id = $1 RETURNING id';
    const [rows] = await manager.query<[{ id: string }[], number]>(statement, [resourceId]);
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
