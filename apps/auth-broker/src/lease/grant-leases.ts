import { credentialVariables, renderCredential, type AuthMethod, type Credential } from '@pontage/auth-methods';
import type { Call } from '@pontage/contracts';
import type { Lease } from '@pontage/contracts/auth-broker';
import { type UnitOfWork } from '@pontage/persistence';
import { type GrantKeeper } from '../grant/grant-keeper.js';
import { type Fingerprints } from '../secrets/fingerprints.js';
import { type VariableScope } from './variable-scope.js';

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
    private readonly variables: VariableScope,
    private readonly keeper: GrantKeeper,
  ) {}

  /** @throws Problem as the contract of a lease declares them */
  async lease(method: AuthMethod, stored: Credential, request: GrantLeaseRequest, call: Call): Promise<Lease> {
    const { credentialId, resourceId, region, environment, refusedGrantVersion, acquire } = request;
    const { org } = call;
    const { scope, versions: variables } = await this.variables.of(call, environment, credentialVariables(stored));
    const credential = renderCredential(method, stored, scope);
    const fingerprint = await this.unitOfWork.run(org, (work) => this.fingerprints.of(work));
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
      return {
        method: method.id,
        settings,
        secrets: {},
        grant: null,
        lacksGrant: true,
        variables,
        validForMs: lacksForMs,
      };
    const { version, value, expiresInMs, validForMs } = lent;
    const grant = { version, value: value as NonNullable<Lease['grant']>['value'], expiresInMs };
    return { method: method.id, settings, secrets: {}, grant, variables, validForMs };
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
