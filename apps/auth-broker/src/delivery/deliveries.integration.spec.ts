import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { replayWebhookDelivery, updateWebhook } from '@pontage/contracts/auth-broker';
import { isGenuine, WebhookReceiver, type ReceivedMessage } from '@pontage/fixtures';
import { BrokerStack } from '../broker.fixture.js';
import { Hooks } from './hooks.fixture.js';

let stack: BrokerStack;
let receiver: WebhookReceiver;
let hooks: Hooks;

beforeAll(async () => {
  [stack, receiver] = await Promise.all([BrokerStack.start(), WebhookReceiver.start()]);
  await stack.broker();
});
afterAll(async () => {
  receiver.forget();
  await stack[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});
beforeEach(() => {
  receiver.forget();
  hooks = new Hooks(stack);
});
afterEach(async () => {
  // What is still to be tried would come to the next test's receiver.
  await stack.sql('DELETE FROM webhook');
});

const idOf = ({ headers }: ReceivedMessage): string => String(headers['webhook-id']);
const replay = (id: string) => stack.gateway.request(replayWebhookDelivery, { id }, hooks.call);
const isDelivered = ({ state }: { state: string }) => state === 'delivered';
const hasTried =
  (count: number) =>
  ({ attempts }: { attempts: unknown[] }) =>
    attempts.length === count;

describe('a message', () => {
  it('tells what happened, signed as Standard Webhooks has it', async () => {
    const { id, secret } = await hooks.add(receiver.url);
    const credentialId = await hooks.happens('grant.refreshed');
    const [message] = (await receiver.has(1)) as [ReceivedMessage];
    expect(message.headers).toMatchObject({ 'content-type': 'application/json' });
    const [event] = stack.eventsOf(credentialId, 'grant.refreshed');
    expect(JSON.parse(message.body)).toEqual({
      id: event?.id,
      type: 'grant.refreshed',
      timestamp: event?.at,
      data: {
        organisation: hooks.call.org,
        resourceId: event?.resource?.id,
        ...(event?.data as object),
      },
    });
    expect(Math.abs(Number(message.headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(5);
    expect(isGenuine(secret, message)).toBe(true);
    expect(isGenuine(secret, { ...message, body: message.body.replace('refreshed', 'refreshee') })).toBe(false);
    for (const header of ['webhook-id', 'webhook-timestamp'])
      expect(isGenuine(secret, { ...message, headers: { ...message.headers, [header]: '1' } })).toBe(false);

    const delivery = await hooks.delivery(id, isDelivered);
    expect(delivery).toMatchObject({ id: idOf(message), eventId: event?.id, nextAttemptAt: null });
    expect(delivery.attempts).toEqual([
      { at: expect.any(String), status: 204, problem: null, durationMs: expect.any(Number) },
    ]);
  });

  it('goes to whoever wants to hear of it, and to nobody else', async () => {
    const other = new Hooks(stack);
    const wanting = await Promise.all([
      hooks.add(receiver.url, { events: ['grant.failing'] }),
      hooks.add(receiver.url, { events: ['credential.*', 'grant.*'] }),
    ]);
    const others = [
      await hooks.add(receiver.url, { events: ['grant.issued', 'credential.*'] }),
      await hooks.add(receiver.url, { enabled: false }),
    ];
    const foreign = await other.add(receiver.url);
    await hooks.happens('grant.failing');
    await receiver.has(2);
    for (const { id } of wanting) expect(await hooks.deliveries(id)).toHaveLength(1);
    for (const { id } of others) expect(await hooks.deliveries(id)).toEqual([]);
    expect(await other.deliveries(foreign.id)).toEqual([]);
    await expect(hooks.deliveries(foreign.id)).rejects.toMatchObject({ slug: 'not-found' });
  });
});

describe('a receiver', () => {
  it('that is down and comes up again gets it, with the same id', async () => {
    receiver.answering(503);
    const { id, secret } = await hooks.add(receiver.url);
    await hooks.happens();
    const failed = await hooks.delivery(id, hasTried(1));
    expect(failed).toMatchObject({ state: 'pending', attempts: [{ status: 503, problem: null }] });
    const waits = Date.parse(String(failed.nextAttemptAt)) - Date.parse(failed.attempts[0]?.at ?? '');
    expect(waits).toBeGreaterThan(3_900);
    expect(waits).toBeLessThan(7_000);
    receiver.instead = undefined;
    await hooks.letPass(id, 7);
    const delivered = await hooks.delivery(id, isDelivered);
    expect(delivered.attempts.map(({ status }) => status)).toEqual([503, 204]);
    expect(new Set(receiver.received.map(idOf))).toEqual(new Set([failed.id]));
    expect(receiver.received.every((message) => isGenuine(secret, message))).toBe(true);
  });

  it('that stays down is tried for a day, ever less often, and then no more', async () => {
    receiver.answering(500);
    const { id } = await hooks.add(receiver.url);
    await hooks.happens();
    let passed = 0;
    for (let tries = 1; ; tries += 1) {
      const { state, nextAttemptAt, attempts } = await hooks.delivery(id, hasTried(tries));
      if (state === 'failed') break;
      const waits = Math.ceil((Date.parse(String(nextAttemptAt)) - Date.parse(attempts.at(-1)?.at ?? '')) / 1_000);
      passed += waits;
      await hooks.letPass(id, waits);
    }
    expect(passed).toBeGreaterThan(23.9 * 3_600);
    expect(passed).toBeLessThan(24.1 * 3_600);
    const count = receiver.received.length;
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(20);
    await hooks.letPass(id, 24 * 3_600);
    await sleep(1_500);
    expect(receiver.received).toHaveLength(count);
    expect(JSON.stringify(await hooks.deliveries(id))).not.toContain('canary');
  });

  it('may ask for more time', async () => {
    receiver.answering(429, { 'retry-after': '600' });
    const { id } = await hooks.add(receiver.url);
    await hooks.happens();
    const { nextAttemptAt } = await hooks.delivery(id, hasTried(1));
    expect(Date.parse(String(nextAttemptAt)) - Date.now()).toBeGreaterThan(590_000);
  });

  it('that is gone for good disables its webhook, which is on record', async () => {
    receiver.answering(410);
    const { id } = await hooks.add(receiver.url);
    await hooks.happens();
    const failed = await hooks.delivery(id, ({ state }) => state === 'failed');
    await hooks.happens();
    expect(await hooks.deliveries(id)).toHaveLength(1);
    expect(
      stack.events.find(({ action, org }) => action === 'webhook.disabled' && org === hooks.call.org),
    ).toMatchObject({ actor: { type: 'service' }, data: { webhook: id, delivery: failed.id, status: 410 } });
    await expect(replay(failed.id)).rejects.toMatchObject({ slug: 'webhook-disabled' });
    expect(await hooks.delivery(id, () => true)).toMatchObject({ state: 'failed' });

    receiver.instead = undefined;
    await stack.gateway.request(updateWebhook, { id, settings: { enabled: true } }, hooks.call);
    await replay(failed.id);
    await hooks.delivery(id, isDelivered);
    expect(receiver.received.map(idOf)).toEqual([failed.id, failed.id]);
  });

  it('that is enabled again gets what waits for it, but for what is too old by now', async () => {
    receiver.answering(503);
    const { id } = await hooks.add(receiver.url);
    await hooks.happens('grant.issued', 2);
    const waiting = async () => (await hooks.deliveries(id)).filter(hasTried(1));
    for (const until = Date.now() + 15_000; (await waiting()).length < 2 && Date.now() < until;) await sleep(20);
    const [young, old] = await waiting();
    const enable = (enabled: boolean) =>
      stack.gateway.request(updateWebhook, { id, settings: { enabled } }, hooks.call);
    await enable(false);
    receiver.forget();
    await hooks.letPass(id, 23 * 3_600);
    await stack.sql(`UPDATE webhook_delivery SET gives_up_at = now() - interval '1 minute' WHERE id = $1`, [old?.id]);
    await enable(true);
    await receiver.has(1);
    await sleep(1_500);
    expect(receiver.received.map(idOf)).toEqual([young?.id]);
    const states = new Map((await hooks.deliveries(id)).map((each) => [each.id, each]));
    expect(states.get(String(young?.id))).toMatchObject({ state: 'delivered' });
    expect(states.get(String(old?.id))).toEqual({
      ...old,
      state: 'failed',
      nextAttemptAt: null,
      createdAt: expect.any(String),
    });
  });

  it('is not followed elsewhere', async () => {
    await using elsewhere = await WebhookReceiver.start();
    receiver.answering(307, { location: elsewhere.url });
    const { id } = await hooks.add(receiver.url);
    await hooks.happens();
    expect(await hooks.delivery(id, hasTried(1))).toMatchObject({ state: 'pending', attempts: [{ status: 307 }] });
    expect(elsewhere.received).toEqual([]);
  });

  it('that does not answer holds nobody up, not even others of its organisation', async () => {
    await using dead = await WebhookReceiver.start();
    dead.instead = () => undefined;
    await Promise.all(Array.from({ length: 12 }, () => hooks.add(dead.url)));
    await hooks.happens();
    await dead.has(12);
    const other = new Hooks(stack);
    await Promise.all([other.add(receiver.url), hooks.add(receiver.url)]);
    const startedAt = Date.now();
    await Promise.all([other.happens(), hooks.happens()]);
    await receiver.has(2);
    expect(Date.now() - startedAt).toBeLessThan(3_000);
    expect(dead.received).toHaveLength(12);
  });
});

describe('a replay', () => {
  it('sends the same id and body, at once, signed anew, and is on record', async () => {
    const { id, secret } = await hooks.add(receiver.url);
    await hooks.happens();
    const { id: deliveryId } = await hooks.delivery(id, isDelivered);
    expect(await replay(deliveryId)).toMatchObject({ id: deliveryId, state: 'pending' });
    const messages = await receiver.has(2, 2_000);
    expect(messages.map(idOf)).toEqual([deliveryId, deliveryId]);
    expect(new Set(messages.map(({ body }) => body)).size).toBe(1);
    expect(messages.every((message) => isGenuine(secret, message))).toBe(true);
    await hooks.delivery(id, hasTried(2));
    expect(
      stack.events.filter(({ action, org }) => action === 'webhook-delivery.replayed' && org === hooks.call.org),
    ).toEqual([expect.objectContaining({ data: expect.objectContaining({ webhook: id, delivery: deliveryId }) })]);
  });

  it('is nobody else’s, and of nothing that is not there', async () => {
    const { id } = await hooks.add(receiver.url);
    await hooks.happens();
    const { id: deliveryId } = await hooks.delivery(id, isDelivered);
    const foreign = stack.gateway.request(replayWebhookDelivery, { id: deliveryId }, new Hooks(stack).call);
    await expect(foreign).rejects.toMatchObject({ slug: 'not-found' });
    await expect(replay(randomUUID())).rejects.toMatchObject({ slug: 'not-found' });
    expect(receiver.received).toHaveLength(1);
  });
});
