import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { revokeToken } from '@pontage/contracts/resource-registry';
import { Revocations } from './revocations.js';

@serves(revokeToken)
export class RevokeToken implements Serves<typeof revokeToken> {
  constructor(private readonly revocations: Revocations) {}

  async handle({ id }: ParsedRequestOf<typeof revokeToken>, call: Call): Promise<ReplyOf<typeof revokeToken>> {
    await this.revocations.revoke(id, call);
    return {};
  }
}
