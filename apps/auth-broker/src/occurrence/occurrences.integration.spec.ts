import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { auditDraft, eventStream, eventSubject, occurrence, occurrenceTypes } from '@pontage/contracts/events';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { BrokerStack, callOf, type Broker } from '../broker.fixture.js';
import { TokenEndpoint } from '../grant/token-endpoint.fixture.js';
import { occurred } from './occurred.js';

let stack: BrokerStack;
let endpoint: TokenEndpoint;
let upstream: Upstream;
let broker: Broker;
const call = callOf();
const leaseFails = (of: Parameters<typeof stack.lease>[0]) =>
  expect(stack.lease(of, call)).rejects.toMatchObject({ slug: 'token-endpoint-failed' });

beforeAll(async () => {
  [stack, endpoint, upstream] = await Promise.all([BrokerStack.start(), TokenEndpoint.start(), startUpstream()]);
  broker = await stack.broker();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await endpoint[Symbol.asyncDispose]();
  await upstream.stop();
});
beforeEach(() => {
  endpoint.instead = undefined;
});

const told = (credentialId: string) =>
  stack.events
    .filter(({ action, data }) => {
      const isAbout = (data as { credentialId?: string } | null)?.credentialId === credentialId;
      return isAbout && (occurrenceTypes as readonly string[]).includes(action);
    })
    .map(({ action, data }) => ({ type: action, ...occurrence.parse(data) }));

describe('what happens to a grant', () => {
  it('is told when it is issued, refreshed, begins to fail, and recovers, each once', async () => {
    const of = await stack.credential(endpoint.authentication(), call);
    await stack.lease(of, call);
    await stack.letPass(of.credentialId, 3_600);
    await stack.lease(of, call);
    endpoint.failing(500, 'server_error');
    await stack.letPass(of.credentialId, 3_600);
    await leaseFails(of);
    await stack.letPass(of.credentialId, 60);
    await leaseFails(of);
    endpoint.instead = undefined;
    await stack.letPass(of.credentialId, 60);
    await stack.lease(of, call);

    const events = told(of.credentialId);
    expect(events.map(({ type, trigger, problem }) => [type, trigger, problem])).toEqual([
      ['grant.issued', 'first', null],
      ['grant.refreshed', 'expiry', null],
      ['grant.failing', 'expiry', 'token-endpoint-failed'],
      ['grant.refreshed', 'expiry', null],
      ['grant.recovered', 'expiry', null],
    ]);
    expect(stack.eventsOf(of.credentialId, 'grant.failed')).toHaveLength(2);
    const [issued] = events;
    expect(issued).toMatchObject({ environment: 'production', serves: 'everyone' });
    expect(Date.parse(String(issued?.expiresAt))).toBeGreaterThan(Date.now() + 3_500_000);
  });

  it('is told with the end of the grant that is still there, when the next one fails ahead of time', async () => {
    const of = await stack.credential(endpoint.authentication(), call);
    await stack.lease(of, call);
    await stack.letPass(of.credentialId, 3_400);
    endpoint.failing(500, 'server_error');
    expect(await stack.lease(of, call)).toMatchObject({ grant: { version: 1 } });
    while (told(of.credentialId).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    const failing = told(of.credentialId)[1];
    expect(failing).toMatchObject({ type: 'grant.failing', problem: 'token-endpoint-failed' });
    expect(Date.parse(String(failing?.expiresAt)) - Date.now()).toBeLessThan(200_000);
    expect(failing?.detail).not.toContain(endpoint.clientSecret);
  });

  it('is told as a failure and a recovery before the first one as well', async () => {
    endpoint.failing(401, 'invalid_client');
    const of = await stack.credential(endpoint.authentication(), call);
    await expect(stack.lease(of, call)).rejects.toMatchObject({ slug: 'credential-rejected' });
    endpoint.instead = undefined;
    await stack.letPass(of.credentialId, 600);
    await stack.lease(of, call);
    expect(told(of.credentialId).map(({ type }) => type)).toEqual(['grant.failing', 'grant.issued', 'grant.recovered']);
  });

  it('names whose grant it is', async () => {
    const stsEndpoint = `${upstream.url}/sts/eu-central-1`;
    const role = { roleArn: 'arn:aws:iam::123456789012:role/orders', externalId: 'pontage-42', stsEndpoint };
    const keys = { accessKeyId: 'AKIDFIXTURE', secretAccessKey: 'fixture/s3cret+key' };
    const of = await stack.credential({ method: 'aws-sigv4', region: 'eu-central-1', ...keys, ...role }, call);
    await stack.lease(of, call);
    expect(told(of.credentialId)).toEqual([
      expect.objectContaining({ type: 'grant.issued', serves: { kind: 'token', id: call.principal.id } }),
    ]);
  });
});

describe('the bus', () => {
  it('keeps what was told for a durable reader, who starts where he was', async () => {
    const operator = await stack.stack.operator();
    const manager = await jetstreamManager(operator);
    const durable = `reader-${randomUUID()}`;
    await manager.consumers.add(eventStream.name, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      filter_subjects: occurrenceTypes.map(eventSubject),
    });
    const before = await stack.credential(endpoint.authentication(), call);
    await stack.lease(before, call);
    const consumer = await jetstream(operator).consumers.get(eventStream.name, durable);
    for (let last = ''; last !== before.credentialId;) {
      const message = await consumer.next({ expires: 5_000 });
      if (message === null) throw new Error('the event is not in the stream');
      const draft = auditDraft.parse(message.json());
      last = occurrence.parse(draft.data).credentialId;
      message.ack();
    }
  });

  it('hears nothing of what was rolled back', async () => {
    const credentialId = randomUUID();
    const rolledBack = broker.unitOfWork.run(call.org, async (work) => {
      await occurred(work, { type: 'grant.revoked', call, resourceId: randomUUID(), credentialId });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    await broker.unitOfWork.run(call.org, (work) =>
      occurred(work, { type: 'credential.rotation-due', call, resourceId: randomUUID(), credentialId }),
    );
    expect(told(credentialId).map(({ type }) => type)).toEqual(['credential.rotation-due']);
  });
});
