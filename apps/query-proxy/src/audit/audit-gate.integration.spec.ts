import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DiscardPolicy, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { subjectOf } from '@pontage/contracts';
import { recordedSubject } from '@pontage/contracts/egress-worker';
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
    const stored = await storedBatches();
    expect(stored.length).toBe(Math.ceil(500 / 64));
    expect(idsOf(stored.flat())).toEqual(idsOf(intents));
  });

  it('has the stream tell each worker of its own, in as few messages', async () => {
    await manager.streams.purge('EVENTS');
    const told = new Map<string, string[]>();
    const operator = await stack.operator();
    operator.subscribe(subjectOf(recordedSubject), {
      callback: (_, { subject }) => {
        const [worker = '', , batch = ''] = subject.split('.').slice(-3);
        told.set(worker, [...(told.get(worker) ?? []), batch]);
      },
    });
    await operator.flush();
    const workers = ['one', 'two'];
    const batches = Array.from({ length: 200 }, (_, index) =>
      gate.record(intent(), 'eu-central-1', workers[index % 2] ?? ''),
    );
    const ofEach = workers.map((_, worker) => new Set(batches.filter((__, index) => index % 2 === worker)));
    // The stream speaks of them in turn, and of this one last.
    await gate.pass(intent());
    await operator.flush();
    expect(workers.map((worker) => new Set(told.get(worker)))).toEqual(ofEach);
    expect((await storedBatches()).map(({ length }) => length).sort((a, b) => a - b)).toEqual([1, 36, 36, 64, 64]);
  });

  it('keeps its messages below what the bus takes', async () => {
    await manager.streams.purge('EVENTS');
    const long = (): QueryIntent => ({ ...intent(), data: { target: 'x'.repeat(60_000) } });
    await Promise.all(Array.from({ length: 64 }, () => gate.pass(long())));
    expect((await storedBatches()).flat().length).toBe(64);
  });

  it('refuses when the stream is full', async () => {
    await manager.streams.update('EVENTS', { max_msgs: 1 });
    await expect(gate.pass(intent()).catch(slug)).resolves.toBe('audit-unavailable');
  });

  it('refuses whoever comes beyond 4096 waiting, and nobody any more when they have been told', async () => {
    await manager.streams.update('EVENTS', { max_msgs: -1 });
    const results = await Promise.all(
      Array.from({ length: 4_200 }, () => gate.pass(intent()).then(() => 'passed', slug)),
    );
    expect(results.filter((each) => each === 'passed').length).toBe(4_096);
    expect(results.slice(4_096).every((each) => each === 'audit-unavailable')).toBe(true);
    await expect(gate.pass(intent())).resolves.toBeUndefined();
  });
});

async function storedBatches(): Promise<QueryIntent[][]> {
  const { state } = await manager.streams.info('EVENTS', { subjects_filter: queryIntentSubject });
  const numbers = Array.from({ length: state.messages }, (_, index) => state.first_seq + index);
  return Promise.all(
    numbers.map(async (seq) => (await manager.streams.getMessage('EVENTS', { seq }))?.json<QueryIntent[]>() ?? []),
  );
}

const idsOf = (intents: readonly QueryIntent[]): Set<string> => new Set(intents.map(({ executionId }) => executionId));
