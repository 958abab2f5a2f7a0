import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { extendMemberSession } from '@pontage/contracts/resource-registry';
import { UnitOfWork } from '@pontage/persistence';
import { notFound } from '@pontage/problems';
import { MemberSessionStore } from './member-session-store.js';
import { SessionLives } from './session-lives.js';
import { extended, isOver } from './member-session.js';

@serves(extendMemberSession)
export class ExtendMemberSession implements Serves<typeof extendMemberSession> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sessions: MemberSessionStore,
    private readonly lives: SessionLives,
  ) {}

  handle(
    { tokenHash }: ParsedRequestOf<typeof extendMemberSession>,
    { org, principal }: Call,
  ): Promise<ReplyOf<typeof extendMemberSession>> {
    return this.unitOfWork.run(org, async (work) => {
      const session = await this.sessions.lock(work, tokenHash);
      if (session === undefined || isOver(session) || session.memberId !== principal.id) throw notFound({});
      await this.sessions.extend(work, extended(session, this.lives));
      return {};
    });
  }
}
