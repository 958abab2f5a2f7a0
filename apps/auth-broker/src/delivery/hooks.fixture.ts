import { randomUUID } from 'node:crypto';
import type { Call } from '@pontage/contracts';
import { createWebhook, listWebhookDeliveries, type WebhookDelivery } from '@pontage/contracts/auth-broker';
import type { OccurrenceType } from '@pontage/contracts/events';
import { callOf, type BrokerStack } from '../broker.fixture.js';
import { occurred } from '../occurrence/occurred.js';

/** One organisation's webhooks, and what happens in it. */
export class Hooks {
  readonly call: Call = callOf();

  constructor(private readonly stack: BrokerStack) {}

  add(url: string, more: { events?: string[]; enabled?: boolean } = {}) {
    return this.stack.gateway.request(createWebhook, { url, events: ['*'], ...more }, this.call);
  }

  /** Something happens to a credential, whose id is returned. */
  async happens(type: OccurrenceType = 'grant.issued', count = 1): Promise<string> {
    const credentialId = randomUUID();
    const fact = { type, call: this.call, resourceId: randomUUID(), credentialId, environment: 'production' };
    await this.stack.anyBroker.unitOfWork.run(this.call.org, async (work) => {
      for (let left = count; left > 0; left -= 1) await occurred(work, { ...fact, serves: 'everyone' });
    });
    return credentialId;
  }

  async deliveries(webhookId: string): Promise<WebhookDelivery[]> {
    return (await this.stack.gateway.request(listWebhookDeliveries, { webhookId, limit: 200 }, this.call)).data;
  }

  /** The webhook's only delivery, once it looks like that. */
  async delivery(webhookId: string, looks: (delivery: WebhookDelivery) => boolean): Promise<WebhookDelivery> {
    for (const until = Date.now() + 15_000; ;) {
      const [delivery] = await this.deliveries(webhookId);
      if (delivery !== undefined && looks(delivery)) return delivery;
      if (Date.now() > until) throw new Error(`it does not look like that: ${JSON.stringify(delivery)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** A webhook that no broker has to be there for. Its secret cannot be opened. */
  async store(url = 'https://hooks.example/in'): Promise<string> {
    const id = randomUUID();
    await this.stack.sql(
      `INSERT INTO webhook (id, org, url, events, description, enabled, sealed, created_by)
       VALUES ($1, $2, $3, '{*}', '', true, '\\x00', 'spec')`,
      [id, this.call.org, url],
    );
    return id;
  }

  /** Deliveries of a webhook, due now. */
  async fill(webhookId: string, count: number, state = 'pending'): Promise<void> {
    await this.stack.sql(
      `INSERT INTO webhook_delivery (id, org, webhook_id, event_id, type, body, state, gives_up_at)
       SELECT gen_random_uuid(), $1, $2, gen_random_uuid(), 'grant.issued', '{}', $3, now() + interval '1 day'
         FROM generate_series(1, $4)`,
      [this.call.org, webhookId, state, count],
    );
  }

  /** How many deliveries there are, for whomever. */
  async count(webhookId: string): Promise<number> {
    const rows = await this.stack.sql('SELECT FROM webhook_delivery WHERE webhook_id = $1', [webhookId]);
    return rows.length;
  }

  /** As if so many seconds had passed for a webhook and its deliveries. */
  async letPass(webhookId: string, seconds: number): Promise<void> {
    const past = (...columns: string[]): string =>
      columns.map((column) => `${column} = ${column} - $2 * interval '1 second'`).join(', ');
    const times = past('created_at', 'next_attempt_at', 'gives_up_at');
    await this.stack.sql(`UPDATE webhook_delivery SET ${times} WHERE webhook_id = $1`, [webhookId, seconds]);
    await this.stack.sql(`UPDATE webhook SET ${past('busy_until')} WHERE id = $1`, [webhookId, seconds]);
  }
}
