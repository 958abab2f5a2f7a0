import { auditOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { updateWebhook } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { DeliveryStore } from '../delivery/delivery-store.js';
import { WebhookStore } from './webhook-store.js';
import { recordOf, refuseClearText, requireAllWebhooks } from './webhook.js';

@serves(updateWebhook)
export class UpdateWebhook implements Serves<typeof updateWebhook> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly webhooks: WebhookStore,
    private readonly deliveries: DeliveryStore,
  ) {}

  handle({ id, settings }: ParsedRequestOf<typeof updateWebhook>, call: Call): Promise<ReplyOf<typeof updateWebhook>> {
    requireAllWebhooks(call.principal);
    if (settings.url !== undefined) refuseClearText(settings.url);
    const { url, events, description, enabled, region } = settings;
    return this.unitOfWork.run(call.org, async (work) => {
      const before = await this.webhooks.lock(work, id);
      const after = {
        ...before,
        url: url ?? before.url,
        events: events ?? before.events,
        description: description ?? before.description,
        enabled: enabled ?? before.enabled,
        region: region === undefined ? before.region : region,
      };
      await this.webhooks.update(work, after);
      if (after.enabled && !before.enabled) await this.deliveries.giveUp(work, id);
      work.audit({ ...auditOf(call), action: 'webhook.updated', outcome: 'success', data: recordOf(after) });
      return after;
    });
  }
}
