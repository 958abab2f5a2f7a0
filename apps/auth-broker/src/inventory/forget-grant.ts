import { serves } from '@pontage/bus';
import {
  holdsScope,
  requireWholeOrganisation,
  type Call,
  type Caller,
  type ParsedRequestOf,
  type ReplyOf,
} from '@pontage/contracts';
import { forgetGrant } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { missingScope, notFound } from '@pontage/problems';
import { Forgetting } from '../consent/forgetting.js';

interface Row {
  readonly credentialId: string;
  readonly resourceId: string;
  readonly environment: string;
  readonly owner: Caller | null;
  readonly region: string | null;
}

/** Forgets a grant of the organisation, whoever it belongs to. */
@serves(forgetGrant)
export class ForgetGrant {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly forgetting: Forgetting,
  ) {}

  async handle({ id }: ParsedRequestOf<typeof forgetGrant>, call: Call): Promise<ReplyOf<typeof forgetGrant>> {
    if (!holdsScope(call.principal, 'admin')) throw missingScope({ scope: 'admin' });
    requireWholeOrganisation(call.principal, 'Grants are');
    const [row] = await this.unitOfWork.run(call.org, ({ manager }) =>
      manager.query<Row[]>(
        `SELECT credential_id AS "credentialId", resource_id AS "resourceId", environment, owner, region
           FROM issued_grant JOIN credential ON credential.id = credential_id WHERE issued_grant.id = $1 AND issued_grant.sealed IS NOT NULL`,
        [id],
      ),
    );
    if (row?.region === undefined || row.region === null) throw notFound({});
    const { owner, region, ...of } = row;
    return this.forgetting.forget({ ...of, region, caller: owner ?? nobody, mayEdit: true }, call);
  }
}

/** Of a grant that serves everybody it does not matter who asks. */
const nobody: Caller = { kind: 'service', id: 'auth-broker', display: 'auth-broker' };
