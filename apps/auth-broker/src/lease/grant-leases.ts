import { credentialVariables, renderCredential, type AuthMethod, type Credential } from '@pontage/auth-methods';
import type { Call } from '@pontage/contracts';
import type { Lease } from '@pontage/contracts/auth-broker';
import { SealBroken } from '@pontage/envelope';
import { type UnitOfWork } from '@pontage/persistence';
import { leaseUnavailable } from '@pontage/problems';
import { type GrantKeeper } from '../grant/grant-keeper.js';
import { type Fingerprint, type Fingerprints } from '../secrets/fingerprints.js';
import { noteSecrets } from '../secrets/note-secrets.js';
import { reportDamage } from '../secrets/report-damage.js';
import { type ConfigVariables } from './config-variables.js';

/** A lease that somebody asks for, on a credential whose method acquires grants. */
export interface GrantLeaseRequest {
  readonly credentialId: string;
  readonly resourceId: string;
  readonly region: string;
  readonly environment: string;
  readonly refusedGrantVersion?: number | undefined;
  /** False: only a grant that is there already is lent. */
  readonly acquire: boolean;
}

/** A query that comes in the next moment acquires the grant. */
const lacksForMs = 1;

/** Leases on grants: renders the credential for the environment and lends the grant that belongs to it, without the credential's secrets. */
export class GrantLeases {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly fingerprints: Fingerprints,
    private readonly config: ConfigVariables,
    private readonly keeper: GrantKeeper,
  ) {}

  /** @throws Problem as the contract of a lease declares them */
  async lease(method: AuthMethod, stored: Credential, request: GrantLeaseRequest, call: Call): Promise<Lease> {
    const { credentialId, resourceId, region, environment, refusedGrantVersion, acquire } = request;
    const { org } = call;
    const credential = renderCredential(
      method,
      stored,
      await this.config.scopeOf(org, environment, credentialVariables(stored)),
    );
    // With its variables filled in it is another text than the one that was opened.
    noteSecrets(org, credential.secrets);
    const fingerprint = await this.fingerprint(resourceId, credentialId, call);
    const wish = {
      org,
      credentialId,
      environment,
      resourceId,
      method,
      credential,
      region,
      call,
      refused: refusedGrantVersion,
      input: fingerprint([org, credentialId, 'input'], credential),
      destination: destinationOf(method, stored, credential),
    };
    const settings = credential.settings as Lease['settings'];
    const lent = acquire ? await this.keeper.current(wish) : await this.keeper.held(wish);
    if (lent === undefined)
      return { method: method.id, settings, secrets: {}, grant: null, lacksGrant: true, validForMs: lacksForMs };
    const { version, value, expiresInMs, validForMs } = lent;
    const grant = { version, value: value as NonNullable<Lease['grant']>['value'], expiresInMs };
    return { method: method.id, settings, secrets: {}, grant, validForMs };
  }

  private async fingerprint(resourceId: string, credentialId: string, call: Call): Promise<Fingerprint> {
    try {
      return await this.unitOfWork.run(call.org, (work) => this.fingerprints.of(work));
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      await reportDamage(this.unitOfWork, call, { resourceId, credentialId, part: 'fingerprint key' });
      throw leaseUnavailable({}, { detail: 'The stored fingerprint key cannot be opened.', cause: error });
    }
  }
}

/** The origin that the stored secrets go to. Secrets that are variables are not stored here: they may differ with it. */
function destinationOf(method: AuthMethod, stored: Credential, { settings }: Credential): string | null {
  const url = method.destination?.(settings);
  const isStored = Object.values(stored.secrets).some(
    (secret) => credentialVariables({ settings: {}, secrets: { secret } }).length === 0,
  );
  return url !== undefined && isStored && URL.canParse(url) ? new URL(url).origin : null;
}
