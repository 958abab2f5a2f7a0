import { actorOf, auditOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { createWebhook } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { WebhookStore } from './webhook-store.js';
import { newSecret, recordOf, refuseClearText, requireAllWebhooks } from './webhook.js';

@serves(createWebhook)
export class CreateWebhook implements Serves<typeof createWebhook> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly webhooks: WebhookStore,
  ) {}

  handle(draft: ParsedRequestOf<typeof createWebhook>, call: Call): Promise<ReplyOf<typeof createWebhook>> {
    requireAllWebhooks(call.principal);
    refuseClearText(draft.url);
    const secret = newSecret();
    return this.unitOfWork.run(call.org, async (work) => {
      const made = await this.webhooks.insert(work, draft, secret, actorOf(call.principal).display);
      work.audit({ ...auditOf(call), action: 'webhook.created', outcome: 'success', data: recordOf(made) });
      return { ...made, secret };
    });
  }
}
