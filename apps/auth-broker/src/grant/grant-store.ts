import type { Caller } from '@pontage/contracts';
import { notFound } from '@pontage/problems';
import { type UnitOfWork, violates, type Work } from '@pontage/persistence';
import type { GrantKey } from '@pontage/snapshots';
import { type SecretBox } from '../secrets/secret-box.js';
import { deleteInBatches } from '../sweep/delete-in-batches.js';
import { sweepEach } from '../sweep/sweep-each.js';
import type { GrantState } from './grant-state.js';

/** An attempt in the air: only its owner lands it. */
export interface Flight extends GrantKey {
  readonly owner: string;
  /** The grant's version at the take-off. */
  readonly version: number;
}

/** A grant that has been obtained. */
export interface Landing {
  readonly input: string;
  readonly value: unknown;
  readonly lifetimeMs: number | null;
  readonly destination: string | null;
  readonly renewals: number;
  readonly keeping: Keeping;
}

/** How a grant is kept once it is there. */
export interface Keeping {
  /** Who it belongs to; undefined: it serves everybody. */
  readonly owner: Caller | undefined;
  /** Where it was obtained from, and where the next one will be. */
  readonly region: string;
  /** Another one can be had without a person. */
  readonly isRefreshable: boolean;
  /** When the next one is obtained though nobody asks; null: only when somebody does. */
  readonly refreshInMs: number | null;
}

/** How long the row of a caller stays once the grant is over: nobody has asked for another one meanwhile. */
const remembersForMs = 60 * 60_000;

const over = {
  table: 'issued_grant',
  key: 'id',
  which: 'forget_at <= now() AND (flight_until IS NULL OR flight_until < now())',
  order: 'forget_at',
};

/** SQL: milliseconds from the database's now to a time. */
const until = (column: string): string => `extract(epoch FROM ${column} - clock_timestamp())::float8 * 1000`;
const inMs = (parameter: string): string => `clock_timestamp() + ${parameter}::float8 * interval '1 millisecond'`;
/** SQL: a grant that nobody has used for a day is refreshed once a day, so that its refresh token does not lapse. */
export const refreshAt = (parameter: string): string =>
  `CASE WHEN ${parameter}::float8 IS NOT NULL THEN clock_timestamp() + interval '1 millisecond'
     * CASE WHEN coalesce(used_at, clock_timestamp()) > clock_timestamp() - interval '1 day' THEN ${parameter}::float8 ELSE greatest(${parameter}::float8, 86400000) END END`;

/** Grants, their values sealed, and the attempts to get new ones: a row says who is asking, so that over all processes one asks at a time. */
export class GrantStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly box: SecretBox,
  ) {}

  async read({ org, credentialId, environment, caller }: GrantKey): Promise<GrantState> {
    const [state] = await this.unitOfWork.run(org, ({ manager }) =>
      manager.query<[GrantState?]>(
        `SELECT version, input, sealed, scope, renewals, failures, problem, ${until('refresh_at')} AS "refreshInMs",
              coalesce(-(${until('acquired_at')}), 0) AS "ageMs", ${until('expires_at')} AS "remainingMs",
              greatest(coalesce(${until('retry_at')}, 0), 0) AS "retryInMs", greatest(coalesce(${until('flight_until')}, 0), 0) AS "flightForMs",
              (SELECT min(destination) FROM issued_grant WHERE credential_id = $1) AS destination
         FROM issued_grant WHERE credential_id = $1 AND environment = $2 AND caller = $3
        UNION ALL
       SELECT 0, NULL, NULL, NULL, 0, 0, NULL, NULL, 0, NULL, 0, 0, (SELECT min(destination) FROM issued_grant WHERE credential_id = $1)
        WHERE NOT EXISTS (SELECT FROM issued_grant WHERE credential_id = $1 AND environment = $2 AND caller = $3)`,
        [credentialId, environment, caller],
      ),
    );
    if (state === undefined) throw new Error('a query that always has a row had none');
    return state;
  }

  /** The grant's value in clear. @throws SealBroken */
  open(key: GrantKey, sealed: Uint8Array, version: number): unknown {
    return this.box.open(grantPlace(key, version), sealed).value;
  }

  /**
   * Takes off for `forMs`, unless somebody else has, or anything has changed since `state` was read.
   * @throws notFound when the credential has been forgotten
   */
  async takeOff(key: GrantKey, state: GrantState, owner: string, forMs: number): Promise<Flight | undefined> {
    const { org, credentialId, environment, caller } = key;
    try {
      const rows = await this.unitOfWork.run(org, ({ manager }) =>
        manager.query<unknown[]>(
          `INSERT INTO issued_grant AS held (org, credential_id, environment, caller, flight_owner, flight_until, forget_at)
         VALUES ($1, $2, $3, $8, $4, ${inMs('$5')}, CASE WHEN $8 <> '' THEN ${inMs(String(remembersForMs))} END)
         ON CONFLICT (credential_id, environment, caller) DO UPDATE SET flight_owner = excluded.flight_owner, flight_until = excluded.flight_until
          WHERE held.version = $6 AND held.failures = $7 AND (held.flight_until IS NULL OR held.flight_until < clock_timestamp())
         RETURNING version`,
          [org, credentialId, environment, owner, forMs, state.version, state.failures, caller],
        ),
      );
      return rows.length === 0 ? undefined : { ...key, owner, version: state.version };
    } catch (error) {
      if (violates(error, 'issued_grant_credential'))
        throw notFound({}, { detail: 'The credential has been forgotten.' });
      throw error;
    }
  }

  /** Stays in the air for another `forMs`. False when the flight was given up for lost. */
  async stay(flight: Flight, forMs: number): Promise<boolean> {
    return this.unitOfWork.run(flight.org, ({ manager }) =>
      this.update({ manager }, flight, `flight_until = ${inMs('$6')}`, [forMs]),
    );
  }

  /** Stores what was obtained; false when the flight was given up for lost, or the credential forgotten. */
  async land({ manager }: Pick<Work, 'manager'>, flight: Flight, landing: Landing): Promise<boolean> {
    const { input, value, lifetimeMs, destination, renewals, keeping } = landing;
    const sealed = this.box.seal(grantPlace(flight, flight.version + 1), { value });
    const isStored = await this.update(
      { manager },
      flight,
      `version = version + 1, input = $6, sealed = $7, destination = $8, renewals = $9, acquired_at = clock_timestamp(), expires_at = ${inMs('$10')},
       issued_at = coalesce(issued_at, clock_timestamp()), owner = $11, region = $12, is_refreshable = $13, refresh_at = ${refreshAt('$14')},
       failures = 0, retry_at = NULL, problem = NULL, flight_owner = NULL, flight_until = NULL, forget_at = ${forgottenAfter(inMs('$10'))}`,
      [input, sealed, destination, renewals, lifetimeMs, ...kept(keeping)],
    );
    if (isStored && flight.caller !== '') await this.noteDestination({ manager }, flight, destination);
    return isStored;
  }

  /** Stores that the attempt failed. A grant of another input is no longer any good; one that is spent is not tried again by itself. */
  crash(
    { manager }: Pick<Work, 'manager'>,
    flight: Flight,
    failure: { input: string; problem: object; retryInMs: number; isSpent: boolean },
  ): Promise<boolean> {
    return this.update(
      { manager },
      flight,
      `sealed = CASE WHEN input = $6 THEN sealed END, failures = CASE WHEN input IS DISTINCT FROM $6 THEN 1 ELSE failures + 1 END, input = $6,
       problem = $7, retry_at = ${inMs('$8')}, flight_owner = NULL, flight_until = NULL, forget_at = ${forgottenAfter(`greatest(expires_at, ${inMs('$8')})`)},
       refresh_at = CASE WHEN NOT $9 AND refresh_at IS NOT NULL THEN ${refreshAt('$8')} END, is_refreshable = is_refreshable AND NOT $9`,
      [failure.input, JSON.stringify(failure.problem), failure.retryInMs, failure.isSpent],
    );
  }

  /** Takes a grant off the list of those that are refreshed by themselves, as long as it is the one that was read. */
  async leaveAlone({ org, credentialId, environment, caller }: GrantKey, version: number): Promise<void> {
    await this.unitOfWork.run(org, ({ manager }) =>
      manager.query(
        `UPDATE issued_grant SET refresh_at = NULL WHERE credential_id = $1 AND environment = $2 AND caller = $3 AND version = $4`,
        [credentialId, environment, caller, version],
      ),
    );
  }

  /** Notes whether the upstream takes a grant; true when that is news, and as long as nothing is known it is taken for good. */
  async noteVerified(
    { manager }: Pick<Work, 'manager'>,
    { credentialId, environment, caller }: GrantKey,
    isTaken: boolean,
  ): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE issued_grant SET verified = $4
        WHERE credential_id = $1 AND environment = $2 AND caller = $3 AND coalesce(verified, true) <> $4`,
      [credentialId, environment, caller, isTaken],
    );
    return count === 1;
  }

  /** Notes that a version has been lent; true when it is the first time. A grant in use is noted once a minute. */
  async noteUse(
    { manager }: Pick<Work, 'manager'>,
    { credentialId, environment, caller }: GrantKey,
    version: number,
  ): Promise<boolean> {
    const [rows] = await manager.query<[{ isFirst: boolean }[], number]>(
      `UPDATE issued_grant AS now SET used_at = clock_timestamp(), used_version = $4 FROM issued_grant AS before
        WHERE now.credential_id = $1 AND now.environment = $2 AND now.caller = $3 AND before.id = now.id
          AND (now.used_version IS DISTINCT FROM $4 OR now.used_at < clock_timestamp() - interval '1 minute')
      RETURNING before.used_version IS DISTINCT FROM $4 AS "isFirst"`,
      [credentialId, environment, caller, version],
    );
    return rows[0]?.isFirst === true;
  }

  /** Deletes the grants of callers, in every organisation, that have been over for an hour. Returns how many. */
  async sweep(): Promise<number> {
    const orgs = await this.unitOfWork.ids('issued_grant_organisations');
    return sweepEach(orgs, (org) => deleteInBatches(this.unitOfWork, org, over));
  }

  /** Where the credential's secrets have been sent is remembered by the row for everybody: those of callers go away. */
  private async noteDestination(
    { manager }: Pick<Work, 'manager'>,
    { org, credentialId, environment }: GrantKey,
    destination: string | null,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO issued_grant (org, credential_id, environment, caller, destination) VALUES ($1, $2, $3, '', $4)
       ON CONFLICT (credential_id, environment, caller) DO NOTHING`,
      [org, credentialId, environment, destination],
    );
  }

  private async update(
    { manager }: Pick<Work, 'manager'>,
    { credentialId, environment, caller, owner, version }: Flight,
    set: string,
    parameters: unknown[],
  ): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE issued_grant SET ${set} WHERE credential_id = $1 AND environment = $2 AND flight_owner = $3 AND version = $4 AND caller = $5`,
      [credentialId, environment, owner, version, caller, ...parameters],
    );
    return count === 1;
  }
}

/** SQL: when the row of a caller may go, whose grant or failure counts until a time; the row for everybody stays, and what somebody agreed to. */
const forgottenAfter = (end: string): string =>
  `CASE WHEN caller <> '' AND scope IS NULL THEN ${end} + ${remembersForMs} * interval '1 millisecond' END`;

/** The columns `owner`, `region`, `is_refreshable` and what {@link refreshAt} takes, in this order. */
export const kept = ({ owner, region, isRefreshable, refreshInMs }: Keeping): unknown[] => [
  owner === undefined ? null : JSON.stringify(owner),
  region,
  isRefreshable,
  refreshInMs,
];

/** What a grant is sealed for. */
export const grantPlace = ({ org, credentialId, environment, caller }: GrantKey, version: number) => ({
  org,
  kind: 'grant',
  // Neither id nor environment holds a slash.
  id: caller === '' ? `${credentialId}/${environment}` : `${credentialId}/${environment}/${caller}`,
  version,
});
