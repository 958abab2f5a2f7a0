import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listWebhookDeliveries } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { WebhookStore } from '../webhook/webhook-store.js';
import { requireAllWebhooks } from '../webhook/webhook.js';
import { DeliveryStore } from './delivery-store.js';

@serves(listWebhookDeliveries)
export class ListDeliveries implements Serves<typeof listWebhookDeliveries> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly webhooks: WebhookStore,
    private readonly deliveries: DeliveryStore,
  ) {}

  handle(
    page: ParsedRequestOf<typeof listWebhookDeliveries>,
    call: Call,
  ): Promise<ReplyOf<typeof listWebhookDeliveries>> {
    requireAllWebhooks(call.principal);
    return this.unitOfWork.run(call.org, async (work) => {
      await this.webhooks.require(work, page.webhookId);
      return this.deliveries.list(work, page);
    });
  }
}
