import type { Work } from '@pontage/persistence';
import { grants as grantsBucket } from '@pontage/contracts/snapshots';
import { grantSnapshotKey, type GrantKey } from '@pontage/snapshots';
import { grantPlace, kept, refreshAt, type Keeping } from '../grant/grant-store.js';
import type { SecretBox } from '../secrets/secret-box.js';

/** What somebody's consent has brought. */
export interface Consented extends Keeping {
  readonly input: string;
  readonly scope: string;
  readonly value: unknown;
  readonly lifetimeMs: number | null;
  readonly destination: string | null;
}

/** A grant that was there. */
export interface Removed {
  readonly version: number;
  /** Undefined: it did not open. */
  readonly value: unknown;
}

interface Held {
  readonly credentialId: string;
  readonly version: number;
  readonly sealed: Buffer | null;
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

  /** Puts a new grant in the place of whatever is there. Returns its version. */
  async settle(work: Work, key: GrantKey, consented: Consented): Promise<number> {
    const { version } = await this.hold(work, key);
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
    return next;
  }

  /** Takes the grant away; undefined when there is none. */
  async remove(work: Work, key: GrantKey): Promise<Removed | undefined> {
    const { version, sealed } = await this.hold(work, key);
    const next = version + 1;
    await work.manager.query(
      `UPDATE issued_grant SET version = $4, input = NULL, sealed = NULL, scope = NULL, is_refreshable = false, refresh_at = NULL, expires_at = NULL,
         issued_at = NULL, verified = NULL, forget_at = NULL, ${nothingFails} WHERE ${ofKey}`,
      [...placeOf(key), next],
    );
    work.snapshot(grantsBucket, grantSnapshotKey(key), { version: next, value: { state: 'gone' } });
    return sealed === null ? undefined : { version, value: this.opened(key, version, sealed) };
  }

  /**
   * Takes over the grant that the caller has of another credential of the same resource, when it is good for the same: a
   * changed secret of the client is no reason to ask anybody again. False when there is none, or while it is being refreshed.
   */
  async adopt(
    work: Work,
    key: GrantKey,
    { resourceId, input, scope }: { resourceId: string; input: string; scope: string },
  ): Promise<boolean> {
    const [donor] = await work.manager.query<Held[]>(
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
    const { version } = await this.hold(work, key);
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

  /** Hands over what people have agreed to with credentials that are about to be deleted. What has a successor already stays there. */
  async bequeath(work: Work, from: readonly string[], to: string): Promise<void> {
    const rows = await work.manager.query<
      (Omit<GrantKey, 'org'> & { input: string; scope: string; resourceId: string })[]
    >(
      `SELECT credential_id AS "credentialId", environment, caller, input, scope, resource_id AS "resourceId"
         FROM issued_grant JOIN credential ON credential.id = credential_id
        WHERE credential_id = ANY($1) AND issued_grant.sealed IS NOT NULL AND scope <> ''`,
      [[...from]],
    );
    for (const { environment, caller, ...agreed } of rows) {
      const key = { org: work.org, credentialId: to, environment, caller };
      const [own] = await work.manager.query<Held[]>(`SELECT sealed FROM issued_grant WHERE ${ofKey}`, placeOf(key));
      if (own === undefined || own.sealed === null) await this.adopt(work, key, agreed);
    }
  }

  /** The row, made if it is missing, and nobody else's until the transaction ends. */
  private async hold({ manager, org }: Work, key: GrantKey): Promise<Held> {
    await manager.query(
      `INSERT INTO issued_grant (org, credential_id, environment, caller) VALUES ($4, $1, $2, $3)
       ON CONFLICT (credential_id, environment, caller) DO NOTHING`,
      [...placeOf(key), org],
    );
    const [row] = await manager.query<Held[]>(
      `SELECT credential_id AS "credentialId", version, sealed FROM issued_grant WHERE ${ofKey} FOR UPDATE`,
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
