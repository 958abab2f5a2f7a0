import { hasGrantPerCaller, needsGrant } from '@pontage/auth-methods';
import { serves } from '@pontage/bus';
import { callerName, type Call, type ParsedRequestOf } from '@pontage/contracts';
import { leaseCredential, type Lease } from '@pontage/contracts/auth-broker';
import { OpenedCredentials, type OpenedCredential } from '../credential/opened-credentials.js';
import { OneAtATime } from '../one-at-a-time.js';
import { GrantLeases } from './grant-leases.js';

type Request = ParsedRequestOf<typeof leaseCredential>;

/** A changed secret is another credential, so this is only about how long a forgotten one can still be used. */
const staticLeaseMs = 5 * 60_000;

/** Lends a query-proxy what `apply` needs of a credential. */
@serves(leaseCredential)
export class LeaseCredential {
  private readonly leasing = new OneAtATime<Lease>();

  constructor(
    private readonly credentials: OpenedCredentials,
    private readonly grantLeases: GrantLeases,
  ) {}

  /** Proxies ask all at once when a lease ends: one lease is made for all who may have the same. */
  async handle(request: Request, call: Call): Promise<Lease> {
    const opened = await this.credentials.find(request, call);
    const lease = await this.lend(opened, request, call);
    return opened.replaces === null ? lease : { ...lease, replaces: opened.replaces };
  }

  private async lend(opened: OpenedCredential, request: Request, call: Call): Promise<Lease> {
    const { method, credential } = opened;
    if (!needsGrant(method, credential.settings)) return staticLease(opened);
    const { credentialId, resourceId, region, environment, refusedGrantVersion, acquire, caller } = request;
    const whose = hasGrantPerCaller(method, credential.settings) ? callerName(caller) : '';
    const key = [call.org, credentialId, resourceId, region, environment, refusedGrantVersion, acquire, whose];
    return this.leasing.run(JSON.stringify(key), () => this.grantLeases.lease(method, credential, request, call));
  }
}

function staticLease({ method, credential }: OpenedCredential): Lease {
  const { settings, secrets } = credential as Pick<Lease, 'settings' | 'secrets'>;
  return { method: method.id, settings, secrets, serves: 'everyone', grant: null, validForMs: staticLeaseMs };
}
