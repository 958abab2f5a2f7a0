import { authMethods, needsGrant, type Credential } from '@pontage/auth-methods';
import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf } from '@pontage/contracts';
import { leaseCredential, type Lease } from '@pontage/contracts/auth-broker';
import { SealBroken } from '@pontage/envelope';
import { UnitOfWork } from '@pontage/persistence';
import { leaseUnavailable, notFound } from '@pontage/problems';
import { CredentialStore, type StoredCredential } from '../credential/credential-store.js';
import { OneAtATime } from '../one-at-a-time.js';
import { reportDamage } from '../secrets/report-damage.js';
import { GrantLeases } from './grant-leases.js';

type Request = ParsedRequestOf<typeof leaseCredential>;

/** A changed secret is another credential, so this is only about how long a forgotten one can still be used. */
const staticLeaseMs = 5 * 60_000;

/** Lends a query-proxy what `apply` needs of a credential. */
@serves(leaseCredential)
export class LeaseCredential {
  private readonly leasing = new OneAtATime<Lease>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialStore,
    private readonly grantLeases: GrantLeases,
  ) {}

  /** Proxies ask all at once when a lease ends; the rows are read, and the secrets opened, once for all of them. */
  handle(request: Request, call: Call): Promise<Lease> {
    const { credentialId, resourceId, region, environment, refusedGrantVersion, acquire } = request;
    const key = JSON.stringify([call.org, credentialId, resourceId, region, environment, refusedGrantVersion, acquire]);
    return this.leasing.run(key, () => this.lease(request, call));
  }

  private async lease(request: Request, call: Call): Promise<Lease> {
    const stored = await this.unitOfWork.run(call.org, (work) =>
      this.credentials.find(work, request.credentialId, request.resourceId),
    );
    if (stored === undefined) throw notFound({}, { detail: 'There is no such credential.' });
    const method = authMethods.get(stored.method);
    if (method === undefined)
      throw leaseUnavailable({}, { note: `a credential of the unknown method ${stored.method}` });
    const credential: Credential = { settings: stored.settings, secrets: await this.open(stored, call) };
    if (needsGrant(method, stored.settings)) return this.grantLeases.lease(method, credential, request, call);
    const { settings, secrets } = credential as Pick<Lease, 'settings' | 'secrets'>;
    return { method: method.id, settings, secrets, grant: null, validForMs: staticLeaseMs };
  }

  private async open(stored: StoredCredential, call: Call): Promise<Record<string, unknown>> {
    try {
      return this.credentials.open(stored);
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      await reportDamage(this.unitOfWork, call, {
        resourceId: stored.resourceId,
        credentialId: stored.id,
        part: 'credential',
      });
      throw leaseUnavailable({}, { detail: 'The stored credential cannot be opened.', cause: error });
    }
  }
}
