import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listTokens } from '@pontage/contracts/resource-registry';
import { UnitOfWork } from '@pontage/persistence';
import { TokenStore } from './token-store.js';
import { viewOf } from './token-view.js';
import { tokensWithin } from './token.js';

@serves(listTokens)
export class ListTokens implements Serves<typeof listTokens> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tokens: TokenStore,
  ) {}

  handle(page: ParsedRequestOf<typeof listTokens>, { org, principal }: Call): Promise<ReplyOf<typeof listTokens>> {
    return this.unitOfWork.run(org, async (work) => {
      const { data, nextCursor } = await this.tokens.list(work, page, tokensWithin(principal));
      return { data: data.map(viewOf), nextCursor };
    });
  }
}
