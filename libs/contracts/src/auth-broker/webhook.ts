import { forbidden, invalidRequest, notFound, webhookDisabled, webhookLimitReached } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { occurrencePattern, occurrenceType } from '../events/occurrence.js';
import { pageOf, pageRequest } from '../page.js';
import { regionId } from '../resource-registry/settings/region-policy.js';

const callers = ['gateway'] as const;

const webhookUrl = z
  .string()
  .max(2000)
  .superRefine((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    const fault = url === undefined ? 'An absolute URL is needed.' : faultOf(url, value);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

function faultOf(url: URL, value: string): string | undefined {
  if (!['http:', 'https:'].includes(url.protocol)) return 'A https URL is needed.';
  if (url.username !== '' || url.password !== '') return 'User and password do not belong into the URL.';
  // An empty fragment is one, too, and the parser forgets it.
  if (value.includes('#')) return 'The URL of a webhook has no fragment.';
  return /[\s\\]/.test(value) ? 'A URL has no white space and no backslash.' : undefined;
}

/** What is chosen about a webhook. */
export const webhookDraft = z.strictObject({
  url: webhookUrl,
  events: z.array(occurrencePattern).min(1).max(20),
  description: z.string().max(2000).default(''),
  enabled: z.boolean().default(true),
  /** Where it is sent from, and from nowhere else; null: the organisation's default, or else any region that is open. */
  region: regionId.nullable().default(null),
});
export type WebhookDraft = z.output<typeof webhookDraft>;

/** A webhook as its readers see it. */
export const webhook = z.strictObject({
  id: z.uuid(),
  url: z.string(),
  events: z.array(z.string()),
  description: z.string(),
  enabled: z.boolean(),
  region: regionId.nullable(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
});
export type Webhook = z.output<typeof webhook>;

/** One try to deliver. What the receiver wrote is not kept. */
export const deliveryAttempt = z.strictObject({
  at: z.iso.datetime(),
  /** The receiver's; null: none came. */
  status: z.int().nullable(),
  /** Why none came: a problem's slug. */
  problem: z.string().nullable(),
  durationMs: z.int(),
});
export type DeliveryAttempt = z.output<typeof deliveryAttempt>;

const deliveryState = z.enum(['pending', 'delivered', 'failed']);

/** An event on its way to a webhook. */
export const webhookDelivery = z.strictObject({
  /** The `webhook-id` of every attempt. */
  id: z.uuid(),
  webhookId: z.uuid(),
  eventId: z.uuid(),
  type: occurrenceType,
  state: deliveryState,
  /** The last fifty, oldest first. */
  attempts: z.array(deliveryAttempt),
  createdAt: z.iso.datetime(),
  /** Null: there is none to come. */
  nextAttemptAt: z.iso.datetime().nullable(),
});
export type WebhookDelivery = z.output<typeof webhookDelivery>;

const byId = z.strictObject({ id: z.uuid() });

/** Adds a webhook. Its secret is in the reply and in no other one; the reply is sealed. */
export const createWebhook = requestContract({
  subject: 'v1.auth-broker.webhook.create',
  callers,
  request: webhookDraft,
  reply: webhook.extend({ secret: z.string() }),
  problems: [invalidRequest, forbidden, webhookLimitReached],
  sealed: true,
});

/** Lists the organisation's webhooks, oldest first. */
export const listWebhooks = requestContract({
  subject: 'v1.auth-broker.webhook.list',
  callers,
  request: pageRequest,
  reply: pageOf(webhook),
  problems: [invalidRequest, forbidden],
  deadlineMs: 2_000,
});

/** Changes what is chosen about a webhook; its secret stays. */
export const updateWebhook = requestContract({
  subject: 'v1.auth-broker.webhook.update',
  callers,
  request: z.strictObject({ id: z.uuid(), settings: z.strictObject(settingsOf(webhookDraft.shape)) }),
  reply: webhook,
  problems: [invalidRequest, notFound, forbidden],
});

/** Deletes a webhook, with its deliveries. */
export const deleteWebhook = requestContract({
  subject: 'v1.auth-broker.webhook.delete',
  callers,
  request: byId,
  reply: z.strictObject({}),
  problems: [notFound, forbidden],
});

/** Lists what was, is and will be delivered to a webhook, newest first. */
export const listWebhookDeliveries = requestContract({
  subject: 'v1.auth-broker.webhook-delivery.list',
  callers,
  request: pageRequest.extend({ webhookId: z.uuid() }),
  reply: pageOf(webhookDelivery),
  problems: [invalidRequest, notFound, forbidden],
  deadlineMs: 2_000,
});

/** Sends a delivery again, at once: the same id, the same body. */
export const replayWebhookDelivery = requestContract({
  subject: 'v1.auth-broker.webhook-delivery.replay',
  callers,
  request: byId,
  reply: webhookDelivery,
  problems: [notFound, forbidden, webhookDisabled],
});

/** The same fields, each of which may be left out and has no default then. */
function settingsOf({ url, events, description, enabled, region }: typeof webhookDraft.shape) {
  return {
    url: url.optional(),
    events: events.optional(),
    description: description.unwrap().optional(),
    enabled: enabled.unwrap().optional(),
    region: region.unwrap().optional(),
  };
}
