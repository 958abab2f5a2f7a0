import { randomBytes } from 'node:crypto';
import { fingerprint } from '@pontage/envelope';
import type { Work } from '@pontage/persistence';
import { FingerprintKeyRow } from './fingerprint-key.entity.js';
import { type SecretBox } from './secret-box.js';

/** Makes the fingerprint of a secret. `place` is where equal secrets shall look alike, and nowhere else. */
export type Fingerprint = (place: readonly string[], secret: unknown) => string;

/** The organisations' fingerprint keys: random, made when first needed, sealed like any secret, so that no rotation of master keys changes a fingerprint. */
export class Fingerprints {
  constructor(private readonly box: SecretBox) {}

  /** The fingerprints of the work's organisation. @throws SealBroken when its key does not open */
  async of(work: Work): Promise<Fingerprint> {
    const { sealed } = (await this.find(work)) ?? (await this.make(work));
    const key = Buffer.from(String(this.box.open(fingerprintKeyPlace(work.org), sealed).key), 'base64');
    return (place, secret) => fingerprint(key, place, Buffer.from(JSON.stringify(secret)));
  }

  private find({ manager, org }: Work): Promise<FingerprintKeyRow | null> {
    return manager.findOneBy(FingerprintKeyRow, { org });
  }

  private async make(work: Work): Promise<FingerprintKeyRow> {
    const sealed = this.box.seal(fingerprintKeyPlace(work.org), { key: randomBytes(32).toString('base64') });
    // Somebody else may be making it, too; the first one counts.
    await work.manager
      .createQueryBuilder()
      .insert()
      .into(FingerprintKeyRow)
      .values({ org: work.org, sealed })
      .orIgnore()
      .execute();
    const row = await this.find(work);
    if (row === null) throw new Error('the fingerprint key that was just made is not there');
    return row;
  }
}

/** What an organisation's fingerprint key is sealed for. */
export const fingerprintKeyPlace = (org: string) => ({ org, kind: 'fingerprint-key', id: org, version: 1 });
