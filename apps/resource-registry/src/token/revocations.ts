import type { Call } from '@pontage/contracts';
import type { UnitOfWork } from '@pontage/persistence';
import { isProblem, notFound, unavailable } from '@pontage/problems';
import { entryOf } from '../call/call-transactions.js';
import type { TokenDenials } from './token-denials.js';
import type { TokenStore } from './token-store.js';
import { mayEnd, revokedForGood } from './token.js';

const retryMs = 1_000;

/**
 * Ends API tokens. Denying is told first and stored second, so that it takes effect in milliseconds and works while
 * the database is down; what could not be stored is stored later, by this process or by the next start.
 */
export class Revocations {
  private unstored: { readonly id: string; readonly call: Call }[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tokens: TokenStore,
    private readonly denials: TokenDenials,
  ) {}

  /** @throws notFound; `unavailable` when nobody could be told */
  async revoke(id: string, call: Call): Promise<void> {
    const denied = await this.denials.deny(call.org, id, call.principal);
    try {
      await this.store(id, call);
    } catch (error) {
      if (!denied || !isProblem(error)) throw error;
      if (isProblem(error, unavailable)) this.storeLater(id, call);
    }
  }

  /** Stores what an earlier process told, but did not get to store. */
  async storeDenied(org: string): Promise<void> {
    const live = await this.unitOfWork.reconcile(org, (manager) => this.tokens.liveIds(manager));
    const principal = { type: 'service', id: 'resource-registry', display: 'resource-registry' } as const;
    for (const [hash, id] of live)
      if (this.denials.isDenied(hash)) await this.store(id, { org, principal, requestId: '' });
  }

  /** Ends the background work. */
  stop(): void {
    clearTimeout(this.timer);
  }

  private async store(id: string, call: Call): Promise<void> {
    await this.unitOfWork.run(call.org, async (work) => {
      const token = await this.tokens.lock(work, id);
      if (token.revokedAt !== null || !mayEnd(call.principal, token)) throw notFound({});
      await this.tokens.update(work, { ...token, version: revokedForGood, revokedAt: new Date().toISOString() });
      work.audit(entryOf(call, 'token.revoked', { data: { token: id, name: token.name } }));
    });
  }

  private storeLater(id: string, call: Call): void {
    this.unstored.push({ id, call });
    this.timer ??= setTimeout(() => void this.storeUnstored(), retryMs).unref();
  }

  private async storeUnstored(): Promise<void> {
    this.timer = undefined;
    const waiting = this.unstored.splice(0);
    for (const { id, call } of waiting) {
      await this.store(id, call).catch((error: unknown) => {
        if (isProblem(error, unavailable)) this.storeLater(id, call);
      });
    }
  }
}
