import { describe, expect, it } from '@jest/globals';
import { ranEvent, stageOf, unknownExecution, withPart, type Execution } from './execution.js';
import type { Closed, Intent, Outcome, QueryPart } from './query-part.js';

const org = '3f1de2a0-0d3b-4b5e-8c52-94f1a83e5c11';
const executionId = '0f8fad5b-d9cb-469f-a165-70867728950e';
const intent = (attempt = 1): QueryPart => ({
  kind: 'intent',
  part: {
    executionId,
    org,
    attempt,
    at: `2026-11-21T10:00:0${attempt}.000Z`,
    actor: { type: 'external', id: 's', display: 'u-5' },
    externalIdentifier: 'u-5',
    app: 'a',
    resource: { id: 'r', version: 3 },
    region: 'eu',
    requestId: 'q',
    ip: null,
    userAgent: null,
    data: { method: 'GET', path: '/orders' },
  } satisfies Intent,
});
const outcome = (change: Partial<Outcome> = {}): QueryPart => ({
  kind: 'outcome',
  part: {
    executionId,
    org,
    attempt: 1,
    at: '2026-11-21T10:00:05.000Z',
    region: 'eu',
    workerId: 'w1',
    status: 200,
    problem: null,
    requestBytes: 0,
    responseBytes: 9,
    durationMs: 12,
    superseded: false,
    ...change,
  },
});
const closed = (reason: string): QueryPart => ({
  kind: 'closed',
  part: { executionId, org, at: '2026-11-21T10:00:09.000Z', reason } satisfies Closed,
});
const of = (...parts: QueryPart[]): Execution => parts.reduce(withPart, unknownExecution);
const ran = (...parts: QueryPart[]) => ranEvent(executionId, org, of(...parts));

describe('an answer that was kept from before', () => {
  const hit = intent();
  const answered: QueryPart = { ...hit, part: { ...hit.part, answered: { status: 200, bytes: 9 } } } as QueryPart;

  it('ends with its intent, since nothing leaves', () => {
    expect(stageOf(of(answered))).toBe('ended');
    expect(ran(answered)).toMatchObject({
      outcome: 'success',
      region: 'eu',
      data: { status: 200, problem: null, responseBytes: 9, attempts: 0, end: 'answered' },
    });
  });
});

describe('stageOf', () => {
  it.each<[string, QueryPart[], string]>([
    ['an intent alone', [intent()], 'open'],
    ['an outcome whose intent is still on its way', [outcome()], 'open'],
    ['intent and outcome, in either order', [outcome(), intent()], 'ended'],
    ['a superseded attempt', [intent(), outcome({ superseded: true })], 'open'],
    [
      'a superseded attempt and the next one',
      [intent(), outcome({ superseded: true }), intent(2), outcome({ attempt: 2 })],
      'ended',
    ],
    ['an outcome when a later attempt is known', [intent(), intent(2), outcome()], 'open'],
    ['a lost attempt and the outcome of the next', [intent(), intent(2), outcome({ attempt: 2 })], 'ended'],
    ['the gateway’s word', [intent(), closed('client-gone')], 'closing'],
    ['the gateway’s word and then the worker’s', [intent(), closed('client-gone'), outcome()], 'ended'],
  ])('takes %s for what it is', (_, parts, stage) => expect(stageOf(of(...parts))).toBe(stage));
});

describe('ranEvent', () => {
  it("says why a worker was told to stop, in the gateway's words", () => {
    const stopped = outcome({ status: null, problem: 'client-gone' });
    expect(ran(intent(), closed('unauthenticated'), stopped).data).toMatchObject({
      problem: 'unauthenticated',
      end: 'unauthenticated',
    });
    expect(ran(intent(), closed('client-gone'), stopped).data).toMatchObject({ end: 'client-gone' });
    expect(ran(intent(), closed('unauthenticated'), outcome()).data).toMatchObject({ end: 'answered' });
  });

  it('is one event that says who, what, where and how it ended', () => {
    expect(ran(intent(), outcome())).toMatchObject({
      at: '2026-11-21T10:00:01.000Z',
      org,
      action: 'query.ran',
      outcome: 'success',
      externalIdentifier: 'u-5',
      resource: { id: 'r', version: 3 },
      region: 'eu',
      workerId: 'w1',
      executionId,
      data: { method: 'GET', path: '/orders', status: 200, responseBytes: 9, attempts: 1, end: 'answered' },
    });
  });

  it('has the same id whatever is known of the execution', () => {
    expect(ran(intent()).id).toBe(ran(closed('x'), outcome()).id);
    expect(ran().id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('takes the upstream’s own error for an answer, and a problem for a failure', () => {
    expect(ran(intent(), outcome({ status: 500 }))).toMatchObject({
      outcome: 'success',
      data: { status: 500, end: 'answered' },
    });
    const problem = outcome({ status: null, problem: 'upstream-unreachable' });
    expect(ran(intent(), problem)).toMatchObject({
      outcome: 'failure',
      data: { problem: 'upstream-unreachable', end: 'upstream-unreachable' },
    });
  });

  it('is an attempt when nobody said what became of it', () => {
    expect(ran(intent())).toMatchObject({ outcome: 'attempted', data: { end: 'unknown' } });
    expect(ran(intent(), closed('dispatch-lost'))).toMatchObject({
      outcome: 'attempted',
      data: { end: 'dispatch-lost' },
    });
    expect(ran(intent(), outcome({ superseded: true }))).toMatchObject({
      outcome: 'attempted',
      data: { attempts: 1, end: 'unknown' },
    });
  });

  it('tells of the attempt that answered, not of the one that was given up', () => {
    const lost = outcome({ attempt: 2, status: null, problem: 'dispatch-lost', workerId: 'w2' });
    expect(ran(intent(), intent(2), lost, outcome())).toMatchObject({
      outcome: 'success',
      workerId: 'w1',
      data: { attempts: 2 },
    });
    expect(ran(intent(), intent(2), outcome(), outcome({ attempt: 2, workerId: 'w2' }))).toMatchObject({
      workerId: 'w2',
    });
  });

  it('says when an answer held an injected value, in whichever attempt that was', () => {
    const echoing = outcome({ status: 401, superseded: true, credentialEchoed: true });
    expect(ran(intent(), echoing, intent(2), outcome({ attempt: 2 })).data).toMatchObject({ credentialEchoed: true });
    expect(ran(intent(), outcome()).data).not.toHaveProperty('credentialEchoed');
  });

  it('does not lose an outcome whose intent is nowhere', () => {
    expect(ran(outcome())).toMatchObject({
      outcome: 'success',
      actor: { type: 'anonymous' },
      workerId: 'w1',
      at: '2026-11-21T10:00:05.000Z',
    });
  });

  it('is not changed by what is told twice', () => {
    expect(of(intent(), intent(), outcome(), outcome({ status: 404 }), closed('a'), closed('b'))).toEqual(
      of(intent(), outcome(), closed('a')),
    );
  });
});
