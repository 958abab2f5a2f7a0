import { serves } from '@pontage/bus';
import { callerName, holdsScope, type Call, type Caller, type ParsedRequestOf, type ReplyOf } from '@pontage/contracts';
import { forgetGrantsOf } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { isProblem, missingScope } from '@pontage/problems';
import { ConsentStore } from '../consent/consent-store.js';
import { Forgetting } from '../consent/forgetting.js';
import { someAtOnce } from '../some-at-once.js';

interface Row {
  readonly credentialId: string;
  readonly resourceId: string;
  readonly environment: string;
  readonly owner: Caller;
  readonly region: string;
}

/** A provider may take seconds for each. */
const atOnce = 8;
/** More than anybody signs in to; what is beyond it stays in the list. */
const most = 200;

/** Forgets the grants of a member or a token that is gone: nobody else could, and they would be refreshed for ever. */
@serves(forgetGrantsOf)
export class ForgetGrantsOf {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly consents: ConsentStore,
    private readonly forgetting: Forgetting,
  ) {}

  async handle(owner: ParsedRequestOf<typeof forgetGrantsOf>, call: Call): Promise<ReplyOf<typeof forgetGrantsOf>> {
    const scope = owner.kind === 'member' ? 'members:write' : 'tokens:write';
    if (!holdsScope(call.principal, scope)) throw missingScope({ scope });
    const rows = await this.unitOfWork.run(call.org, async (work) => {
      await this.consents.dropThoseOf(work, callerName(owner));
      return work.manager.query<Row[]>(
        `SELECT credential_id AS "credentialId", resource_id AS "resourceId", environment, owner, region
           FROM issued_grant JOIN credential ON credential.id = credential_id
          WHERE caller = $1 AND issued_grant.sealed IS NOT NULL AND region IS NOT NULL ORDER BY credential_id LIMIT $2`,
        [callerName(owner), most],
      );
    });
    const ended = await someAtOnce(rows, atOnce, (row) => this.forget(row, call));
    const forgotten = ended.filter(Boolean).length;
    return { forgotten, left: rows.length - forgotten };
  }

  private async forget({ owner, ...of }: Row, call: Call): Promise<boolean> {
    try {
      await this.forgetting.forget({ ...of, caller: owner, mayEdit: false }, call);
      return true;
    } catch (error) {
      if (!isProblem(error)) throw error;
      return false;
    }
  }
}
