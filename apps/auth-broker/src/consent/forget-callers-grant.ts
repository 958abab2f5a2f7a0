import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { forgetCallersGrant } from '@pontage/contracts/auth-broker';
import { Forgetting } from './forgetting.js';

/** Forgets the grant of a caller. */
@serves(forgetCallersGrant)
export class ForgetCallersGrant {
  constructor(private readonly forgetting: Forgetting) {}

  handle(request: ParsedRequestOf<typeof forgetCallersGrant>, call: Call): Promise<ReplyOf<typeof forgetCallersGrant>> {
    return this.forgetting.forget(request, call);
  }
}
