import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { endMemberSession } from '@pontage/contracts/resource-registry';
import { SessionEnds } from './session-ends.js';

@serves(endMemberSession)
export class EndMemberSession implements Serves<typeof endMemberSession> {
  constructor(private readonly ends: SessionEnds) {}

  async handle(
    { tokenHash }: ParsedRequestOf<typeof endMemberSession>,
    call: Call,
  ): Promise<ReplyOf<typeof endMemberSession>> {
    await this.ends.end(tokenHash, call);
    return {};
  }
}
