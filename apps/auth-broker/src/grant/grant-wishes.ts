import {
  credentialVariables,
  hasGrantPerCaller,
  needsConsent,
  type AuthMethod,
  type Credential,
  type RefreshManner,
} from '@pontage/auth-methods';
import { callerName, type Call, type Caller } from '@pontage/contracts';
import { SealBroken } from '@pontage/envelope';
import { type UnitOfWork } from '@pontage/persistence';
import { forbidden, leaseUnavailable } from '@pontage/problems';
import { type RenderedCredentials, type VariableVersions } from '../lease/rendered-credentials.js';
import { type Fingerprint, type Fingerprints } from '../secrets/fingerprints.js';
import { reportDamage } from '../secrets/report-damage.js';
import type { GrantRequest } from './grant-request.js';

/** What a grant is wanted for, and by whom. */
export interface GrantUse {
  readonly credentialId: string;
  readonly resourceId: string;
  readonly region: string;
  readonly environment: string;
  readonly caller: Caller;
  readonly refusedGrantVersion?: number | undefined;
}

/** A grant that is wanted, and the variables that its credential was rendered with. */
export interface WishedGrant extends GrantRequest {
  readonly variables: VariableVersions;
}

/** Says of a credential which grant somebody needs of it: rendered for the environment, and whose it is. */
export class GrantWishes {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly fingerprints: Fingerprints,
    private readonly rendered: RenderedCredentials,
  ) {}

  /** @throws Problem `unknown-variable`, `invalid-request` when the credential cannot be rendered; `lease-unavailable` */
  async of(method: AuthMethod, stored: Credential, use: GrantUse, call: Call): Promise<WishedGrant> {
    const { credentialId, resourceId, region, environment, caller, refusedGrantVersion } = use;
    const { org } = call;
    const { credential, versions: variables } = await this.rendered.of(method, stored, environment, call);
    const fingerprint = await this.fingerprint(resourceId, credentialId, call);
    const owner = hasGrantPerCaller(method, stored.settings) ? caller : undefined;
    const scope = needsConsent(method, credential.settings)
      ? method.consent?.scopeOfGrant(credential.settings)
      : undefined;
    return {
      org,
      credentialId,
      environment,
      caller: owner === undefined ? '' : callerName(owner),
      owner,
      resourceId,
      method,
      credential,
      variables,
      region,
      call,
      refused: refusedGrantVersion,
      scope,
      manner: method.refresh?.(credential.settings) ?? always,
      // What somebody agreed to outlives another secret of the client, and so another credential.
      input:
        scope === undefined
          ? fingerprint([org, credentialId, 'input'], credential)
          : fingerprint([org, 'scope'], scope),
      destination: destinationOf(method, stored, credential),
    };
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

/** @throws forbidden when a grant serves everybody, and whoever would change it may only use the resource */
export function refuseShared({ owner }: WishedGrant, mayEdit: boolean): void {
  if (owner !== undefined || mayEdit) return;
  throw forbidden({}, { detail: 'One sign-in serves everybody here: whoever may edit the resource sees to it.' });
}

const always: RefreshManner = { ahead: true, onDemand: true, background: false };

/** The origin that the stored secrets go to. Secrets that are variables are not stored here: they may differ with it. */
function destinationOf(method: AuthMethod, stored: Credential, { settings }: Credential): string | null {
  const url = method.destination?.(settings);
  const isStored = Object.values(stored.secrets).some(
    (secret) => credentialVariables({ settings: {}, secrets: { secret } }).length === 0,
  );
  return url !== undefined && isStored && URL.canParse(url) ? new URL(url).origin : null;
}
