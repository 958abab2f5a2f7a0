import { actorOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { createToken } from '@pontage/contracts/resource-registry';
import type { Work } from '@pontage/persistence';
import { invalidRequest } from '@pontage/problems';
import { CallTransactions } from '../call/call-transactions.js';
import { GroupStore } from '../group/group-store.js';
import { viewOf } from './token-view.js';
import { TokenStore } from './token-store.js';
import { changesOfToken, newToken, ownerOf, refuseWider } from './token.js';

@serves(createToken)
export class CreateToken implements Serves<typeof createToken> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly tokens: TokenStore,
    private readonly groups: GroupStore,
  ) {}

  async handle({ draft, hash }: ParsedRequestOf<typeof createToken>, call: Call): Promise<ReplyOf<typeof createToken>> {
    refuseWider(call.principal, draft);
    const token = newToken({ ...draft, memberId: ownerOf(call.principal) }, hash, actorOf(call.principal).display);
    return this.transactions.run(call, async (work) => {
      await this.refuseUnknownGroups(work, draft.groupIds ?? []);
      await this.tokens.insert(work, token);
      work.record('token.created', { data: { token: token.id }, changes: changesOfToken(token) });
      return viewOf(token);
    });
  }

  private async refuseUnknownGroups(work: Work, ids: readonly number[]): Promise<void> {
    const known = new Set((await this.groups.findSome(work, ids)).map(({ id }) => id));
    const errors = ids.flatMap((id, index) =>
      known.has(id) ? [] : [{ pointer: `/groupIds/${index}`, detail: 'There is no such group.' }],
    );
    if (errors.length > 0) throw invalidRequest({}, { errors });
  }
}
