import type { Call } from '@pontage/contracts';
import type { UnitOfWork } from '@pontage/persistence';
import { isProblem, unavailable } from '@pontage/problems';
import { entryOf } from '../call/call-transactions.js';
import type { MemberSessionStore } from './member-session-store.js';
import type { SessionDenials } from './session-denials.js';

/**
 * Ends sessions of members. The gateways are told first and it is stored second; what could not be stored is stored by
 * the next start.
 */
export class SessionEnds {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sessions: MemberSessionStore,
    private readonly denials: SessionDenials,
  ) {}

  async end(hash: string, call: Call): Promise<void> {
    await this.denials.deny(hash);
    await this.store(hash, call).catch((error: unknown) => {
      if (!isProblem(error, unavailable)) throw error;
    });
  }

  /** Stores what an earlier process told, but did not get to store. */
  async storeDenied(org: string): Promise<void> {
    const hashes = await this.unitOfWork.reconcile(org, (manager) => this.sessions.hashes(manager));
    const principal = { type: 'service', id: 'resource-registry', display: 'resource-registry' } as const;
    for (const hash of hashes)
      if (this.denials.isDenied(hash)) await this.store(hash, { org, principal, requestId: '' });
  }

  private async store(hash: string, call: Call): Promise<void> {
    await this.unitOfWork.run(call.org, async (work) => {
      const session = await this.sessions.lock(work, hash);
      if (session === undefined) return;
      await this.sessions.end(work, session);
      work.audit(entryOf(call, 'member.signed-out', { data: { member: session.memberId, session: session.id } }));
    });
  }
}
