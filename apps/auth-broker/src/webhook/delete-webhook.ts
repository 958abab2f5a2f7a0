import { auditOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { deleteWebhook } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { WebhookStore } from './webhook-store.js';
import { recordOf, requireAllWebhooks } from './webhook.js';

@serves(deleteWebhook)
export class DeleteWebhook implements Serves<typeof deleteWebhook> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly webhooks: WebhookStore,
  ) {}

  handle({ id }: ParsedRequestOf<typeof deleteWebhook>, call: Call): Promise<ReplyOf<typeof deleteWebhook>> {
    requireAllWebhooks(call.principal);
    return this.unitOfWork.run(call.org, async (work) => {
      const deleted = await this.webhooks.delete(work, id);
      work.audit({ ...auditOf(call), action: 'webhook.deleted', outcome: 'success', data: recordOf(deleted) });
      return {};
    });
  }
}
