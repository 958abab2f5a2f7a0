import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import {
  createWebhook,
  deleteWebhook,
  listWebhookDeliveries,
  listWebhooks,
  replayWebhookDelivery,
  rotateKeys,
  updateWebhook,
} from '@pontage/contracts/auth-broker';
import { isGenuine, WebhookReceiver } from '@pontage/fixtures';
import { BrokerStack, callOf, restrictedCalls } from '../broker.fixture.js';
import { Hooks } from '../delivery/hooks.fixture.js';

let stack: BrokerStack;
const draft = { url: 'https://hooks.example/in?token=canary-in-the-url', events: ['grant.*'] };

beforeAll(async () => {
  stack = await BrokerStack.start();
  await stack.broker();
});
afterAll(() => stack[Symbol.asyncDispose]());

const create = (call: Call, more: object = {}) => stack.gateway.request(createWebhook, { ...draft, ...more }, call);
const list = (call: Call, page: { limit?: number; cursor?: string } = {}) =>
  stack.gateway.request(listWebhooks, page, call);

describe('a webhook', () => {
  it('shows its secret once, and nothing else ever has it', async () => {
    const call = callOf();
    const { secret, ...shown } = await create(call, { description: 'ours' });
    expect(shown).toMatchObject({ ...draft, description: 'ours', enabled: true, region: null, createdBy: 'spec' });
    expect((await list(call)).data).toEqual([shown]);
    const settings = { description: 'theirs', events: ['*'] };
    expect(await stack.gateway.request(updateWebhook, { id: shown.id, settings }, call)).toEqual({
      ...shown,
      ...settings,
    });
    await stack.gateway.request(deleteWebhook, { id: shown.id }, call);
    expect((await list(call)).data).toEqual([]);

    const events = stack.events.filter(({ org }) => org === call.org);
    expect(events.map(({ action }) => action)).toEqual(['webhook.created', 'webhook.updated', 'webhook.deleted']);
    expect(events[0]).toMatchObject({
      data: { webhook: shown.id, origin: 'https://hooks.example', events: ['grant.*'] },
    });
    expect(JSON.stringify(events)).not.toContain('canary-in-the-url');
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    for (const form of [secret, secret.slice(6, -1), key.toString('hex'), key.toString('latin1')])
      for (const said of stack.wire) expect(said.includes(Buffer.from(form, 'latin1'))).toBe(false);
  });

  it('is sealed at rest, and signs as before when the keys have been rotated', async () => {
    await using receiver = await WebhookReceiver.start();
    const hooks = new Hooks(stack);
    const { id, secret } = await hooks.add(receiver.url);
    const sealed = () => stack.sql<{ sealed: Buffer }>('SELECT sealed FROM webhook WHERE id = $1', [id]);
    const [before] = await sealed();
    expect(before?.sealed.includes(secret)).toBe(false);
    const operator = callOf(hooks.call.org, ['operator']);
    const { id: rotation } = await stack.gateway.request(rotateKeys, { depth: 'data' }, operator);
    const isDone = () => stack.sql('SELECT 1 FROM key_rotation WHERE id = $1 AND finished_at IS NOT NULL', [rotation]);
    while ((await isDone()).length === 0) await sleep(20);
    const [after] = await sealed();
    expect(after?.sealed.equals(before?.sealed as Buffer)).toBe(false);
    await hooks.happens();
    const [message] = await receiver.has(1);
    expect(message !== undefined && isGenuine(secret, message)).toBe(true);
  });

  it('is one of twenty, also when they come at once', async () => {
    const call = callOf();
    for (let count = 0; count < 18; count += 1) await create(call);
    const made = await Promise.allSettled(Array.from({ length: 5 }, () => create(call)));
    const refused = made.flatMap((each) => (each.status === 'rejected' ? [each.reason as { slug: string }] : []));
    expect(refused.map(({ slug }) => slug)).toEqual(Array(3).fill('webhook-limit-reached'));
    const first = await list(call, { limit: 15 });
    const second = await list(call, { limit: 15, cursor: String(first.nextCursor) });
    expect([first.data.length, second.data.length, second.nextCursor]).toEqual([15, 5, null]);
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(20);
    await expect(list(call, { cursor: 'nonsense' })).rejects.toMatchObject({ slug: 'invalid-request' });
    const [one] = first.data;
    await stack.gateway.request(deleteWebhook, { id: String(one?.id) }, call);
    await create(call);
  });

  it('goes to no public address in clear', async () => {
    const call = callOf();
    const refused = { slug: 'invalid-request', errors: [{ pointer: '/url', detail: expect.any(String) }] };
    await expect(create(call, { url: 'http://hooks.example/' })).rejects.toMatchObject(refused);
    const { id } = await create(call);
    const settings = { url: 'http://hooks.example/' };
    await expect(stack.gateway.request(updateWebhook, { id, settings }, call)).rejects.toMatchObject(refused);
    expect((await list(call)).data).toEqual([expect.objectContaining({ id, url: draft.url })]);
  });
});

describe('whoever may not', () => {
  const mine = callOf();
  const asks = (id: string, delivery: string) =>
    [
      (call: Call) => stack.gateway.request(updateWebhook, { id, settings: { enabled: false } }, call),
      (call: Call) => stack.gateway.request(deleteWebhook, { id }, call),
      (call: Call) => stack.gateway.request(listWebhookDeliveries, { webhookId: id }, call),
      (call: Call) => stack.gateway.request(replayWebhookDelivery, { id: delivery }, call),
    ] as const;

  it('changes, deletes, reads and replays nothing of another organisation', async () => {
    const { id } = await create(mine);
    const other = callOf();
    for (const ask of asks(id, randomUUID())) await expect(ask(other)).rejects.toMatchObject({ slug: 'not-found' });
    expect((await list(other)).data).toEqual([]);
    expect((await list(mine)).data).toEqual([expect.objectContaining({ id, enabled: true })]);
  });

  it('is restricted to groups, and would hear of what is not theirs', async () => {
    const { id } = await create(mine);
    for (const restricted of restrictedCalls(mine.org))
      for (const ask of [create, list, ...asks(id, randomUUID())])
        await expect(ask(restricted)).rejects.toMatchObject({ slug: 'forbidden' });
  });
});
