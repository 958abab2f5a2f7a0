import { type UnitOfWork, type Work } from '@pontage/persistence';
import type { identityKeys, ValueOf } from '@pontage/contracts/snapshots';
import { type SecretBox } from '../secrets/secret-box.js';

/** The public half of a key, as verifiers get it. */
export type PublicKey = ValueOf<typeof identityKeys>;

/** A key as it is stored; its private half is sealed. */
export interface StoredKey {
  readonly id: string;
  readonly publicKey: PublicKey;
  readonly sealed: Buffer;
  /** By the database's clock, which is the same for all brokers. */
  readonly signsInMs: number;
}

/** Nobody belongs to it: what is of the whole installation is kept as its rows. */
export const installation = '00000000-0000-0000-0000-000000000000';

/** The keys that identities are signed with. */
export class IdentityKeyStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly box: SecretBox,
  ) {}

  /** All that there are. */
  all(): Promise<StoredKey[]> {
    return this.unitOfWork.run(installation, (work) => this.read(work));
  }

  /** Changes the keys while nobody else does. */
  change(fn: (work: Work, keys: StoredKey[]) => Promise<void>): Promise<void> {
    return this.unitOfWork.run(installation, async (work) => {
      await work.manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('identity_key', 0))`);
      await fn(work, await this.read(work));
    });
  }

  async insert({ manager }: Work, publicKey: PublicKey, privateKey: object, signsInMs: number): Promise<void> {
    const id = publicKey.kid;
    await manager.query(
      `INSERT INTO identity_key (id, org, public_key, sealed, signs_from)
       VALUES ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 millisecond')`,
      [id, installation, JSON.stringify(publicKey), this.box.seal(identityKeyPlace(id), { privateKey }), signsInMs],
    );
  }

  async remove({ manager }: Work, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await manager.query('DELETE FROM identity_key WHERE id = ANY($1)', [ids]);
  }

  /** The private half as a JWK. @throws SealBroken */
  open({ id, sealed }: StoredKey): unknown {
    return this.box.open(identityKeyPlace(id), sealed).privateKey;
  }

  private async read({ manager }: Work): Promise<StoredKey[]> {
    const rows = await manager.query<{ id: string; public_key: PublicKey; sealed: Buffer; signs_in_ms: number }[]>(
      `SELECT id, public_key, sealed,
              (extract(epoch FROM signs_from - clock_timestamp()) * 1000)::float8 AS signs_in_ms
         FROM identity_key ORDER BY signs_from`,
    );
    return rows.map(({ id, public_key: publicKey, sealed, signs_in_ms: signsInMs }) => ({
      id,
      publicKey,
      sealed,
      signsInMs,
    }));
  }
}

/** What an identity key is sealed for. */
export const identityKeyPlace = (id: string) => ({ org: installation, kind: 'identity-key', id, version: 1 });
