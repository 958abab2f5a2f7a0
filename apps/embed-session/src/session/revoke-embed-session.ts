import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { revokeEmbedSession } from '@pontage/contracts/embed-session';
import { notFound } from '@pontage/problems';
import { groupsWithin } from './groups-within.js';
import { SessionEnding } from './session-ending.js';

/** Ends a session before its time. One that has ended already stays as it is. */
@serves(revokeEmbedSession)
export class RevokeEmbedSession {
  constructor(private readonly ending: SessionEnding) {}

  async handle(
    { id }: ParsedRequestOf<typeof revokeEmbedSession>,
    call: Call,
  ): Promise<ReplyOf<typeof revokeEmbedSession>> {
    const session = await this.ending.find(call.org, id.toLowerCase(), groupsWithin(call.principal));
    if (session === undefined) throw notFound({});
    await this.ending.revoke(session, call);
    return {};
  }
}
