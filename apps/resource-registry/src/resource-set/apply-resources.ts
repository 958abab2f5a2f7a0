import { actorOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { applyResources } from '@pontage/contracts/resource-registry';
import { isProblem, throwBelow, unavailable } from '@pontage/problems';
import { CallTransactions } from '../call/call-transactions.js';
import { ResourceClaims } from '../resource-secrets/resource-claims.js';
import { isSaving, viewOf, type WeighedChange } from './planned-change.js';
import { ResourcePlans } from './resource-plans.js';
import { ResourceSetWriter, type ClaimedChange } from './resource-set-writer.js';

type Reply = ReplyOf<typeof applyResources>;

/** The broker is asked first, as for a single resource; then everything is written in one transaction. */
@serves(applyResources)
export class ApplyResources implements Serves<typeof applyResources> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly plans: ResourcePlans,
    private readonly claims: ResourceClaims,
    private readonly writer: ResourceSetWriter,
  ) {}

  async handle(wanted: ParsedRequestOf<typeof applyResources>, call: Call): Promise<Reply> {
    const { changes } = await this.plans.make(wanted, call);
    try {
      const claimed: ClaimedChange[] = [];
      for (const change of changes) claimed.push(await this.claim(change, call));
      const by = actorOf(call.principal);
      const written = await this.transactions.run(call, (work) => this.writer.write(work, claimed, by));
      return {
        changes: written.map(({ change, saved }) => ({
          ...viewOf(change),
          ...(saved === undefined ? {} : { id: saved.id, version: saved.version }),
        })),
      };
    } catch (error) {
      // `unavailable` may mean that it was saved after all.
      if (!isProblem(error, unavailable)) await this.forgetNew(changes, call);
      throw error;
    }
  }

  private async claim(change: WeighedChange, call: Call): Promise<ClaimedChange> {
    if (!isSaving(change)) return { change, content: undefined };
    return { change, content: await this.claims.content(change, call).catch(throwBelow(change.at)) };
  }

  private async forgetNew(changes: readonly WeighedChange[], call: Call): Promise<void> {
    const ids = changes.flatMap((change) => (change.action === 'create' ? [change.id] : []));
    if (ids.length > 0) await this.claims.forget(ids, call).catch(() => undefined);
  }
}
