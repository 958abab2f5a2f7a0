import { auditOf } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import type { AuditDraft, eventActions } from '@pontage/contracts/events';
import type { AuditEntry, UnitOfWork, Work } from '@pontage/persistence';
import type { GroupStore } from '../group/group-store.js';
import { reachOf, type Reach } from '../group/reach.js';
import type { OrganisationStore } from '../organisation/organisation-store.js';

type Action = (typeof eventActions)['resource-registry'][number];
type Details = Pick<AuditEntry, 'app' | 'resource' | 'data'> & { readonly changes?: unknown };

/** A transaction on behalf of a caller. */
export interface CallWork extends Work {
  readonly call: Call;
  /** What the caller may see and change. */
  readonly reach: Reach;
  /** Says that the caller did something. */
  record(action: Action, details: Details): void;
}

/** Transactions on behalf of callers, each in the caller's organisation. */
export class CallTransactions {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly groups: GroupStore,
    private readonly organisations: OrganisationStore,
  ) {}

  /** Runs `fn` in one transaction; see {@link UnitOfWork.run}. */
  run<T>(call: Call, fn: (work: CallWork) => Promise<T>): Promise<T> {
    return this.unitOfWork.run(call.org, async (work) => {
      const reach = await reachOf(
        call.principal,
        (ids) => this.groups.findSome(work, ids),
        async () => (await this.organisations.find(work)).environments,
      );
      return fn({ ...work, call, reach, record: (action, details) => work.audit(entryOf(call, action, details)) });
    });
  }
}

/** The event of a successful action, in the organisation of the call. */
export function entryOf(call: Call, action: Action, { changes, ...details }: Details): AuditEntry {
  return {
    ...auditOf(call),
    ...details,
    action,
    outcome: 'success',
    changes: (changes ?? null) as AuditDraft['changes'],
  };
}
