import type { Call, Caller } from '@pontage/contracts';
import type { Work } from '@pontage/persistence';
import type { SecretBox } from '../secrets/secret-box.js';

/** What only the browser, the provider and we know of a sign-in. */
export interface ConsentSecrets {
  readonly handle: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** A sign-in that somebody has begun. */
export interface BegunConsent {
  readonly id: string;
  readonly credentialId: string;
  readonly resourceId: string;
  readonly resourceName: string;
  readonly environment: string;
  readonly region: string;
  /** Whose it is: the caller's name; empty: everybody's. */
  readonly caller: string;
  /** Who began it, and how: what comes of it is theirs, also on record. */
  readonly begunBy: { readonly call: Call; readonly caller: Caller };
  readonly redirectUri: string;
  readonly returnTo: string | null;
  readonly secrets: ConsentSecrets;
}

type Row = Omit<BegunConsent, 'secrets'> & { readonly sealed: Buffer };

/** SQL: how long a sign-in may take. */
const lastsFor = `interval '10 minutes'`;
/** SQL: how old one may be that somebody else is shown the way to. */
const freshFor = `interval '5 minutes'`;

const columns = `id, credential_id AS "credentialId", resource_id AS "resourceId", resource_name AS "resourceName", environment, region, caller,
  begun_by AS "begunBy", redirect_uri AS "redirectUri", return_to AS "returnTo", sealed`;
const isLive = `completed_at IS NULL AND begun_at > clock_timestamp() - ${lastsFor}`;

/** Sign-ins under way. A handle and a state are found by their SHA-256 (hex), and each does for one browser. */
export class ConsentStore {
  constructor(private readonly box: SecretBox) {}

  async insert(
    { manager, org }: Pick<Work, 'manager' | 'org'>,
    consent: BegunConsent,
    hashes: { readonly handle: string; readonly state: string },
  ): Promise<void> {
    const { id, credentialId, resourceId, resourceName, environment, region, caller, begunBy } = consent;
    await manager.query(
      `INSERT INTO consent (id, org, credential_id, resource_id, resource_name, environment, region, caller, begun_by, handle_hash, state_hash,
                            redirect_uri, return_to, sealed)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        ...[id, org, credentialId, resourceId, resourceName, environment, region, caller, JSON.stringify(begunBy)],
        ...[hashes.handle, hashes.state, consent.redirectUri, consent.returnTo],
        this.box.seal(consentPlace(org, id), { ...consent.secrets }),
      ],
    );
  }

  /** One that was begun for and by the same caller a moment ago and that no browser has opened. @throws SealBroken */
  async unopened(
    { manager, org }: Pick<Work, 'manager' | 'org'>,
    {
      credentialId,
      environment,
      caller,
      returnTo,
      begunBy,
    }: Pick<BegunConsent, 'credentialId' | 'environment' | 'caller' | 'returnTo' | 'begunBy'>,
  ): Promise<BegunConsent | undefined> {
    const [row] = await manager.query<Row[]>(
      `SELECT ${columns} FROM consent
        WHERE credential_id = $1 AND environment = $2 AND caller = $3 AND return_to IS NOT DISTINCT FROM $4
          AND begun_by->'call'->'principal'->>'id' = $5
          AND browser_hash IS NULL AND ${isLive} AND begun_at > clock_timestamp() - ${freshFor}
        ORDER BY begun_at DESC LIMIT 1`,
      [credentialId, environment, caller, returnTo, begunBy.call.principal.id],
    );
    return row === undefined ? undefined : this.opened(org, row);
  }

  /** The sign-in of a handle, which belongs to this browser from now on; undefined when it is another's, or over. @throws SealBroken */
  async open(
    { manager, org }: Pick<Work, 'manager' | 'org'>,
    handleHash: string,
    browserHash: string,
  ): Promise<BegunConsent | undefined> {
    const [[row]] = await manager.query<[Row[], number]>(
      `UPDATE consent SET browser_hash = $2
        WHERE handle_hash = $1 AND coalesce(browser_hash, $2) = $2 AND ${isLive} RETURNING ${columns}`,
      [handleHash, browserHash],
    );
    return row === undefined ? undefined : this.opened(org, row);
  }

  /** The sign-in of a state, once, and only for the browser that opened it. @throws SealBroken */
  async complete(
    { manager, org }: Pick<Work, 'manager' | 'org'>,
    stateHash: string,
    browserHash: string,
  ): Promise<BegunConsent | undefined> {
    const [[row]] = await manager.query<[Row[], number]>(
      `UPDATE consent SET completed_at = clock_timestamp()
        WHERE state_hash = $1 AND browser_hash = $2 AND ${isLive} RETURNING ${columns}`,
      [stateHash, browserHash],
    );
    return row === undefined ? undefined : this.opened(org, row);
  }

  /** Takes back that a sign-in is over. */
  async reopen({ manager }: Pick<Work, 'manager'>, { id }: Pick<BegunConsent, 'id'>): Promise<void> {
    await manager.query('UPDATE consent SET completed_at = NULL WHERE id = $1', [id]);
  }

  /** True while nobody has ended a sign-in that is being completed; nobody does until the end of the transaction. */
  async isThere({ manager }: Pick<Work, 'manager'>, { id }: Pick<BegunConsent, 'id'>): Promise<boolean> {
    return (await manager.query<unknown[]>('SELECT FROM consent WHERE id = $1 FOR KEY SHARE', [id])).length > 0;
  }

  /** Ends the sign-ins that somebody has under way who is gone. */
  async dropThoseOf({ manager }: Pick<Work, 'manager'>, caller: string): Promise<void> {
    await manager.query('DELETE FROM consent WHERE caller = $1', [caller]);
  }

  private opened(org: string, { sealed, ...consent }: Row): BegunConsent {
    const secrets = this.box.open(consentPlace(org, consent.id), sealed) as unknown as ConsentSecrets;
    return { ...consent, secrets };
  }
}

/** The sign-ins of an organisation that are over. One that is being completed, which takes less than a minute, may have to be taken back. */
export const overConsents = {
  table: 'consent',
  key: 'id',
  which: `begun_at <= now() - ${lastsFor} - interval '1 minute'`,
  order: 'begun_at',
};

/** What a sign-in's secrets are sealed for. */
export const consentPlace = (org: string, id: string) => ({ org, kind: 'consent', id, version: 1 });
