import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { leaseSecrets } from '@pontage/contracts/auth-broker';
import { SealBroken } from '@pontage/envelope';
import { UnitOfWork } from '@pontage/persistence';
import { leaseUnavailable, notFound } from '@pontage/problems';
import { CredentialStore } from '../credential/credential-store.js';
import { reportDamage } from '../secrets/report-damage.js';
import { sealedValueKind, valuesOf } from './sealed-value-kind.js';

type Request = ParsedRequestOf<typeof leaseSecrets>;
type Reply = ReplyOf<typeof leaseSecrets>;

/** Changed values are another record, so this is only about how long forgotten ones can still be used. */
const leaseMs = 5 * 60_000;

/** Lends a query-proxy the sealed values of a resource. */
@serves(leaseSecrets)
export class LeaseSecrets {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialStore,
  ) {}

  async handle({ secretsId, resourceId }: Request, call: Call): Promise<Reply> {
    const stored = await this.unitOfWork.run(call.org, (work) => this.credentials.find(work, secretsId, resourceId));
    if (stored?.method !== sealedValueKind) throw notFound({}, { detail: 'There are no such sealed values.' });
    try {
      return { values: Object.fromEntries(valuesOf(this.credentials.open(stored))), validForMs: leaseMs };
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      await reportDamage(this.unitOfWork, call, { resourceId, credentialId: secretsId, part: 'credential' });
      throw leaseUnavailable({}, { detail: 'The stored values cannot be opened.', cause: error });
    }
  }
}
