import { auditOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { deleteWebhook } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { clearDeletedWebhooks } from './clear-deleted-webhooks.js';
import { WebhookStore } from './webhook-store.js';
import { recordOf, requireAllWebhooks } from './webhook.js';

/** Well before the caller stops waiting. */
const clearingMs = 1_000;

@serves(deleteWebhook)
export class DeleteWebhook implements Serves<typeof deleteWebhook> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly webhooks: WebhookStore,
  ) {}

  async handle({ id }: ParsedRequestOf<typeof deleteWebhook>, call: Call): Promise<ReplyOf<typeof deleteWebhook>> {
    requireAllWebhooks(call.principal);
    await this.unitOfWork.run(call.org, async (work) => {
      const deleted = await this.webhooks.lock(work, id);
      await this.webhooks.delete(work, id);
      work.audit({ ...auditOf(call), action: 'webhook.deleted', outcome: 'success', data: recordOf(deleted) });
    });
    // For everybody it is gone. What cannot be cleared away now is the sweep's, which says so if it cannot do it either.
    await clearDeletedWebhooks(this.unitOfWork, call.org, Date.now() + clearingMs).catch(() => undefined);
    return {};
  }
}
