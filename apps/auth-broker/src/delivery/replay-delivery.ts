import { auditOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { replayWebhookDelivery } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { webhookDisabled } from '@pontage/problems';
import { requireAllWebhooks } from '../webhook/webhook.js';
import { Courier } from './courier.js';
import { DeliveryStore } from './delivery-store.js';

@serves(replayWebhookDelivery)
export class ReplayDelivery implements Serves<typeof replayWebhookDelivery> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly deliveries: DeliveryStore,
    private readonly courier: Courier,
  ) {}

  async handle(
    { id }: ParsedRequestOf<typeof replayWebhookDelivery>,
    call: Call,
  ): Promise<ReplyOf<typeof replayWebhookDelivery>> {
    requireAllWebhooks(call.principal);
    const replayed = await this.unitOfWork.run(call.org, async (work) => {
      const { delivery, isEnabled } = await this.deliveries.replay(work, id);
      if (!isEnabled) throw webhookDisabled({});
      const data = { webhook: delivery.webhookId, delivery: id, event: delivery.eventId, type: delivery.type };
      work.audit({ ...auditOf(call), action: 'webhook-delivery.replayed', outcome: 'success', data });
      return delivery;
    });
    this.courier.look();
    return replayed;
  }
}
