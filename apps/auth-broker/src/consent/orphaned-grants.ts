import type { Call } from '@pontage/contracts';
import type { UnitOfWork, Work } from '@pontage/persistence';
import { isProblem } from '@pontage/problems';
import type { Logger } from '@pontage/telemetry';
import type { OpenedCredential, OpenedCredentials } from '../credential/opened-credentials.js';
import type { RenderedCredentials } from '../lease/rendered-credentials.js';
import { someAtOnce } from '../some-at-once.js';
import type { ConsentedGrants, Orphan } from './consented-grants.js';
import type { Revocation } from './revocation.js';

type Issuer = Pick<OpenedCredential, 'method' | 'credential'>;
type Issuers = ReadonlyMap<string, Issuer>;
type Issued = Pick<Orphan, 'credentialId' | 'environment'>;

/** A provider may take seconds for each. */
const atOnce = 8;
/** Of one deletion; what is beyond it ends when its provider says so. */
const most = 1_000;

/** What people have agreed to for resources that are deleted: it is gone here with them, and then ended at the providers. */
export class OrphanedGrants {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly consented: ConsentedGrants,
    private readonly issuing: {
      readonly credentials: OpenedCredentials;
      readonly rendered: RenderedCredentials;
      readonly revocation: Revocation;
    },
    private readonly logger: Logger,
  ) {}

  /** Who has issued grants for these resources; to be asked while their credentials are there. */
  async issuersOf(resourceIds: readonly string[], call: Call): Promise<Issuers> {
    const rows = await this.unitOfWork.run(call.org, ({ manager }) =>
      manager.query<(Issued & { readonly resourceId: string })[]>(
        `SELECT DISTINCT credential_id AS "credentialId", resource_id AS "resourceId", environment
           FROM issued_grant JOIN credential ON credential.id = credential_id
          WHERE resource_id = ANY($1) AND issued_grant.sealed IS NOT NULL AND scope IS NOT NULL`,
        [resourceIds],
      ),
    );
    const issuers = new Map<string, Issuer>();
    for (const row of rows) {
      const issuer = await this.issuerOf(row, call);
      if (issuer !== undefined) issuers.set(nameOf(row), issuer);
    }
    return issuers;
  }

  /** Those that go with the transaction. */
  take(work: Work, resourceIds: readonly string[]): Promise<readonly Orphan[]> {
    return this.consented.orphansOf(work, resourceIds, most);
  }

  /** Ends them where they came from; what a provider does not take is logged, and not tried again. */
  async end(orphans: readonly Orphan[], issuers: Issuers, { org }: Call): Promise<void> {
    const ended = await someAtOnce(orphans, atOnce, (each) => this.hasEnded(each, issuers.get(nameOf(each)), org));
    const lacking = ended.filter((hasEnded) => !hasEnded).length;
    if (lacking > 0) this.logger.warn({ org, lacking }, 'providers may still know grants of resources that are gone');
  }

  /** Undefined: the credential does not open, or a variable of it is gone; nobody can speak to its provider any more. */
  private async issuerOf(row: Issued & { readonly resourceId: string }, call: Call): Promise<Issuer | undefined> {
    try {
      const { method, credential: stored } = await this.issuing.credentials.find(row, call);
      const { credential } = await this.issuing.rendered.of(method, stored, row.environment, call);
      return { method, credential };
    } catch (error) {
      if (!isProblem(error)) throw error;
      return undefined;
    }
  }

  private async hasEnded(
    { owner, region, ...agreed }: Orphan,
    issuer: Issuer | undefined,
    org: string,
  ): Promise<boolean> {
    if (issuer === undefined) return false;
    try {
      return (await this.issuing.revocation.end({ ...issuer, org, owner, region }, agreed)) !== false;
    } catch (error) {
      this.logger.error({ err: error, org }, 'a grant could not be ended at its provider');
      return false;
    }
  }
}

const nameOf = ({ credentialId, environment }: Issued): string => `${credentialId}/${environment}`;
