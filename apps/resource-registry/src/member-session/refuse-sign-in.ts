import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { refuseSignIn } from '@pontage/contracts/resource-registry';
import { SignIns } from './sign-ins.js';

@serves(refuseSignIn)
export class RefuseSignIn implements Serves<typeof refuseSignIn> {
  constructor(private readonly signIns: SignIns) {}

  async handle(
    { organisation, reason }: ParsedRequestOf<typeof refuseSignIn>,
    call: Call,
  ): Promise<ReplyOf<typeof refuseSignIn>> {
    const org = await this.signIns.organisation(organisation);
    if (org !== undefined) await this.signIns.refuse(org, call, reason);
    return {};
  }
}
