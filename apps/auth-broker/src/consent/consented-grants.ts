import type { Caller } from '@pontage/contracts';
import type { Work } from '@pontage/persistence';
import { grants as grantsBucket } from '@pontage/contracts/snapshots';
import { grantSnapshotKey, type GrantKey } from '@pontage/snapshots';
import { grantPlace, kept, refreshAt, type Keeping } from '../grant/grant-store.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { Agreed } from './revocation.js';

/** What somebody's consent has brought. */
export interface Consented extends Keeping {
  readonly input: string;
  readonly scope: string;
  readonly value: unknown;
  readonly lifetimeMs: number | null;
  readonly destination: string | null;
}

/** A grant that goes with its resource. */
export interface Orphan extends Agreed {
  readonly credentialId: string;
  readonly environment: string;
  readonly owner: Caller | undefined;
  readonly region: string;
}

/** A grant that was there. */
export interface Removed extends Agreed {
  readonly version: number;
  /** Undefined: it did not open. */
  readonly value: unknown;
}

/** What a person has agreed to: for which resource, and what was asked for. */
interface Purpose {
  readonly resourceId: string;
  readonly scope: string;
}

/** What has become of a grant that somebody agreed to. */
export interface Settled {
  readonly version: number;
  readonly recovers: boolean;
}

interface Held {
  readonly credentialId: string;
  readonly version: number;
  readonly scope: string | null;
  readonly sealed: Buffer | null;
  readonly failures: number;
}

interface OrphanRow extends Omit<GrantKey, 'org'> {
  readonly version: number;
  readonly scope: string;
  readonly sealed: Buffer;
  readonly owner: Caller | null;
  readonly region: string;
}

const ofKey = 'credential_id = $1 AND environment = $2 AND caller = $3';
const nothingFails =
  'failures = 0, renewals = 0, retry_at = NULL, problem = NULL, flight_owner = NULL, flight_until = NULL';

/**
 * What people do to grants, whatever is in the air: a sign-in replaces, and a disconnection ends, the grant that an attempt
 * under way has begun with, so that the attempt lands nowhere. Versions go up and never back, also over nothing.
 */
export class ConsentedGrants {
  constructor(private readonly box: SecretBox) {}

  /** Puts a new grant in the place of whatever is there. Returns its version, and whether no grant could be had before it. */
  async settle(work: Work, key: GrantKey, consented: Consented): Promise<Settled> {
    const { version, failures } = await this.hold(work, key);
    const { input, scope, value, lifetimeMs, destination } = consented;
    const next = version + 1;
    await work.manager.query(
      `UPDATE issued_grant SET version = $4, input = $5, sealed = $6, scope = $7, destination = $8, owner = $9, region = $10, is_refreshable = $11,
         refresh_at = ${refreshAt('$12')}, expires_at = clock_timestamp() + $13::float8 * interval '1 millisecond', acquired_at = clock_timestamp(),
         issued_at = clock_timestamp(), used_at = clock_timestamp(), used_version = NULL, verified = NULL, forget_at = NULL, ${nothingFails}
        WHERE ${ofKey}`,
      [
        ...placeOf(key),
        ...[next, input, this.box.seal(grantPlace(key, next), { value }), scope, destination, ...kept(consented)],
        lifetimeMs,
      ],
    );
    work.snapshot(grantsBucket, grantSnapshotKey(key), { version: next, value: { state: 'held' } });
    return { version: next, recovers: failures > 0 };
  }

  /** Takes the grant away; undefined when there is none. */
  async remove(work: Work, key: GrantKey): Promise<Removed | undefined> {
    const { version, scope, sealed } = await this.hold(work, key);
    const next = version + 1;
    await work.manager.query(
      `UPDATE issued_grant SET version = $4, input = NULL, sealed = NULL, scope = NULL, is_refreshable = false, refresh_at = NULL, expires_at = NULL,
         issued_at = NULL, verified = NULL, forget_at = NULL, ${nothingFails} WHERE ${ofKey}`,
      [...placeOf(key), next],
    );
    work.snapshot(grantsBucket, grantSnapshotKey(key), { version: next, value: { state: 'gone' } });
    return sealed === null ? undefined : { version, scope, value: this.opened(key, version, sealed) };
  }

  /**
   * Takes away what the caller has agreed to for one purpose, under every credential that the resource has had: also what is
   * being refreshed. Returns what was there.
   */
  async removeAll(work: Work, key: GrantKey, { resourceId, scope }: Purpose): Promise<readonly Removed[]> {
    const rows = await work.manager.query<Pick<Held, 'credentialId'>[]>(
      `SELECT credential_id AS "credentialId" FROM issued_grant
        WHERE environment = $2 AND caller = $3 AND credential_id <> $1 AND scope = $4
          AND credential_id IN (SELECT id FROM credential WHERE resource_id = $5) ORDER BY credential_id`,
      [...placeOf(key), scope, resourceId],
    );
    const removed = [];
    for (const { credentialId } of [key, ...rows]) removed.push(await this.remove(work, { ...key, credentialId }));
    return removed.filter((each) => each !== undefined);
  }

  /** What people have agreed to for these resources, which the transaction deletes; nobody else changes it any more. */
  async orphansOf({ manager, org }: Work, resourceIds: readonly string[], most: number): Promise<readonly Orphan[]> {
    const rows = await manager.query<OrphanRow[]>(
      `SELECT credential_id AS "credentialId", environment, caller, version, scope, held.sealed, owner, region
         FROM issued_grant AS held JOIN credential ON credential.id = credential_id
        WHERE resource_id = ANY($1) AND held.sealed IS NOT NULL AND scope IS NOT NULL AND region IS NOT NULL
        ORDER BY credential_id, environment, caller LIMIT $2 FOR UPDATE OF held`,
      [resourceIds, most],
    );
    return rows.flatMap(({ credentialId, environment, caller, version, scope, sealed, owner, region }) => {
      const value = this.opened({ org, credentialId, environment, caller }, version, sealed);
      return value === undefined
        ? []
        : [{ credentialId, environment, owner: owner ?? undefined, region, scope, value }];
    });
  }

  /**
   * Takes over the grant that the caller has of another credential of the same resource, when it is good for the same: a
   * changed secret of the client is no reason to ask anybody again. False when there is none, while it is being refreshed, or
   * when there is one here: a person may have signed in anew.
   */
  async adopt(
    work: Work,
    key: GrantKey,
    { resourceId, input, scope }: Purpose & { readonly input: string },
  ): Promise<boolean> {
    const [donor] = await work.manager.query<Omit<Held, 'scope' | 'failures'>[]>(
      `SELECT credential_id AS "credentialId", version, sealed FROM issued_grant AS held
        WHERE environment = $2 AND caller = $3 AND scope = $4 AND credential_id <> $1 AND sealed IS NOT NULL
          AND (flight_until IS NULL OR flight_until < clock_timestamp())
          AND credential_id IN (SELECT id FROM credential WHERE resource_id = $5)
        ORDER BY acquired_at DESC LIMIT 1 FOR UPDATE`,
      [...placeOf(key), scope, resourceId],
    );
    if (donor?.sealed === null || donor === undefined) return false;
    const from = { ...key, credentialId: donor.credentialId };
    const value = this.opened(from, donor.version, donor.sealed);
    if (value === undefined) return false;
    const { version, sealed: own } = await this.hold(work, key);
    if (own !== null) return false;
    const next = Math.max(version, donor.version) + 1;
    const sealed = this.box.seal(grantPlace(key, next), { value });
    await work.manager.query(
      `UPDATE issued_grant AS held SET version = $4, input = $5, sealed = $6, scope = $7, destination = old.destination, owner = old.owner, region = old.region,
         is_refreshable = old.is_refreshable, refresh_at = old.refresh_at, expires_at = old.expires_at, acquired_at = old.acquired_at,
         issued_at = old.issued_at, used_at = old.used_at, forget_at = NULL, failures = 0, renewals = 0, retry_at = NULL, problem = NULL
        FROM issued_grant AS old
       WHERE held.credential_id = $1 AND held.environment = $2 AND held.caller = $3
         AND old.credential_id = $8 AND old.environment = $2 AND old.caller = $3`,
      [...placeOf(key), next, input, sealed, scope, donor.credentialId],
    );
    // An empty scope says where it has gone: to whoever comes after, and back if that is taken back.
    await work.manager.query(
      `UPDATE issued_grant SET version = version + 1, input = NULL, sealed = NULL, scope = '', refresh_at = NULL WHERE ${ofKey}`,
      placeOf(from),
    );
    return true;
  }

  /** The row, made if it is missing, and nobody else's until the transaction ends. */
  private async hold({ manager, org }: Work, key: GrantKey): Promise<Held> {
    await manager.query(
      `INSERT INTO issued_grant (org, credential_id, environment, caller) VALUES ($4, $1, $2, $3)
       ON CONFLICT (credential_id, environment, caller) DO NOTHING`,
      [...placeOf(key), org],
    );
    const [row] = await manager.query<Held[]>(
      `SELECT credential_id AS "credentialId", version, scope, sealed, failures FROM issued_grant WHERE ${ofKey} FOR UPDATE`,
      placeOf(key),
    );
    if (row === undefined) throw new Error('the row that was just made is not there');
    return row;
  }

  private opened(key: GrantKey, version: number, sealed: Buffer): unknown {
    try {
      return this.box.open(grantPlace(key, version), sealed).value;
    } catch {
      return undefined;
    }
  }
}

const placeOf = ({ credentialId, environment, caller }: GrantKey): unknown[] => [credentialId, environment, caller];
