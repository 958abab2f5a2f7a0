import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listWebhooks } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { WebhookStore } from './webhook-store.js';
import { requireAllWebhooks } from './webhook.js';

@serves(listWebhooks)
export class ListWebhooks implements Serves<typeof listWebhooks> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly webhooks: WebhookStore,
  ) {}

  handle(page: ParsedRequestOf<typeof listWebhooks>, call: Call): Promise<ReplyOf<typeof listWebhooks>> {
    requireAllWebhooks(call.principal);
    return this.unitOfWork.run(call.org, (work) => this.webhooks.list(work, page));
  }
}
