import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DiscardPolicy, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { queryIntentSubject, type QueryIntent } from '@pontage/contracts/events';
import { isProblem } from '@pontage/problems';
import { startStack, type Stack } from '@pontage/testkit';
import { AuditGate } from './audit-gate.js';

const intent = (): QueryIntent => ({
  executionId: randomUUID(),
  attempt: 1,
  at: new Date().toISOString(),
  org: randomUUID(),
  actor: { type: 'token', id: 't', display: 't' },
  externalIdentifier: null,
  app: null,
  resource: { id: 'r', version: 1 },
  region: 'eu-central-1',
  requestId: 'q',
  ip: null,
  userAgent: null,
  data: {},
});

let stack: Stack;
let manager: JetStreamManager;
let gate: AuditGate;

beforeAll(async () => {
  stack = await startStack();
  manager = await jetstreamManager(await stack.operator());
  gate = new AuditGate(await stack.busOf('query-proxy'));
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const slug = (error: unknown) => isProblem(error) && error.slug;

describe('AuditGate', () => {
  it('refuses while there is no stream to write to', async () => {
    await expect(gate.pass(intent()).catch(slug)).resolves.toBe('audit-unavailable');
  });

  it('lets through what the stream has, many in few messages', async () => {
    await manager.streams.add({ name: 'EVENTS', subjects: ['v1.events.>'], discard: DiscardPolicy.New });
    const intents = Array.from({ length: 500 }, intent);
    await Promise.all(intents.map((each) => gate.pass(each)));
    const { state } = await manager.streams.info('EVENTS', { subjects_filter: queryIntentSubject });
    expect(state.messages).toBeGreaterThanOrEqual(500 / 64);
    expect(state.messages).toBeLessThan(50);
    const stored = await Promise.all(
      Array.from(
        { length: state.messages },
        async (_, index) =>
          (await manager.streams.getMessage('EVENTS', { seq: index + 1 }))?.json<QueryIntent[]>() ?? [],
      ),
    );
    expect(new Set(stored.flat().map(({ executionId }) => executionId))).toEqual(
      new Set(intents.map(({ executionId }) => executionId)),
    );
  });

  it('refuses when the stream is full', async () => {
    await manager.streams.update('EVENTS', { max_msgs: 1 });
    await expect(gate.pass(intent()).catch(slug)).resolves.toBe('audit-unavailable');
  });

  it('refuses whoever comes beyond 4096 waiting', async () => {
    await manager.streams.update('EVENTS', { max_msgs: -1 });
    const results = await Promise.all(
      Array.from({ length: 4_200 }, () => gate.pass(intent()).then(() => 'passed', slug)),
    );
    // One is on its way while the others gather.
    expect(results.filter((each) => each === 'passed').length).toBe(4_097);
    expect(results.slice(4_097).every((each) => each === 'audit-unavailable')).toBe(true);
  });
});
