import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageRequest, type Call } from '@pontage/contracts';
import {
  createWebhook,
  deleteWebhook,
  listWebhookDeliveries,
  listWebhooks,
  replayWebhookDelivery,
  updateWebhook,
  webhookDraft,
} from '@pontage/contracts/auth-broker';
import { checkRegion } from '@pontage/contracts/resource-registry';
import { unknownRegion } from '@pontage/problems';
import { z } from 'zod';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';

const byId = z.strictObject({ id: z.uuid() });
const changes = updateWebhook.request.shape.settings.refine(
  (given) => Object.keys(given).length > 0,
  'Something that is to change is needed.',
);

@Controller()
export class Webhooks {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/webhooks',
    access: 'webhooks:read',
    summary: "Lists the organisation's webhooks, never their secrets.",
    calls: listWebhooks,
    query: pageRequest,
  })
  async listWebhooks({ query, call }: Asked<{ query: typeof pageRequest }>) {
    return this.bus.request(listWebhooks, query, call);
  }

  @route({
    method: 'POST',
    path: '/api/v1/webhooks',
    access: 'webhooks:write',
    summary: 'Adds a webhook; the secret that signs its messages is shown once.',
    calls: createWebhook,
    body: webhookDraft,
    status: 201,
    also: { idempotency: 'secret', problems: [unknownRegion] },
  })
  async createWebhook({ body, call }: Asked<{ body: typeof webhookDraft }>) {
    await this.requireRegion(body.region, call);
    return this.bus.request(createWebhook, body, call);
  }

  @route({
    method: 'PATCH',
    path: '/api/v1/webhooks/:id',
    access: 'webhooks:write',
    summary: 'Changes a webhook; its secret stays.',
    calls: updateWebhook,
    params: byId,
    body: changes,
    also: { problems: [unknownRegion] },
  })
  async updateWebhook({ params, body, call }: Asked<{ params: typeof byId; body: typeof changes }>) {
    await this.requireRegion(body.region, call);
    return this.bus.request(updateWebhook, { ...params, settings: body }, call);
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/webhooks/:id',
    access: 'webhooks:write',
    summary: 'Deletes a webhook and its deliveries.',
    calls: deleteWebhook,
    params: byId,
    status: 204,
  })
  async deleteWebhook({ params, call }: Asked<{ params: typeof byId }>) {
    return this.bus.request(deleteWebhook, params, call);
  }

  @route({
    method: 'GET',
    path: '/api/v1/webhooks/:id/deliveries',
    access: 'webhooks:read',
    summary: 'Lists what was, is and will be delivered to a webhook, newest first, with each attempt.',
    calls: listWebhookDeliveries,
    params: byId,
    query: pageRequest,
  })
  async listWebhookDeliveries({ params, query, call }: Asked<{ params: typeof byId; query: typeof pageRequest }>) {
    return this.bus.request(listWebhookDeliveries, { ...query, webhookId: params.id }, call);
  }

  @route({
    method: 'POST',
    path: '/api/v1/webhooks/deliveries/:id/replay',
    access: 'webhooks:write',
    summary: 'Sends a delivery again, at once, with the same id and body.',
    calls: replayWebhookDelivery,
    params: byId,
    status: 202,
  })
  async replayWebhookDelivery({ params, call }: Asked<{ params: typeof byId }>) {
    return this.bus.request(replayWebhookDelivery, params, call);
  }

  /** @throws unknownRegion */
  private async requireRegion(region: string | null | undefined, call: Call): Promise<void> {
    if (typeof region === 'string') await this.bus.request(checkRegion, { region }, call);
  }
}
