import { describe, expect, it } from '@jest/globals';
import { noOrganisation, readMessage } from './read-message.js';

const org = '3f1de2a0-0d3b-4b5e-8c52-94f1a83e5c11';
const draft = {
  id: '0F8FAD5B-D9CB-469F-A165-70867728950E',
  at: '2026-11-21T10:00:00Z',
  org,
  action: 'token.created',
  outcome: 'success',
  actor: { type: 'token', id: 't', display: 'CI' },
};
const closed = {
  executionId: '0f8fad5b-d9cb-469f-a165-70867728950e',
  org,
  at: '2026-11-21T10:00:00Z',
  reason: 'client-gone',
  later: 'field',
};
const read = (subject: string, value: unknown) =>
  readMessage(subject, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

describe('readMessage', () => {
  it('fills in what an event leaves out', () => {
    expect(read('v1.events.token.created', draft)).toMatchObject([
      { kind: 'event', org, draft: { id: draft.id.toLowerCase(), externalIdentifier: null, data: null } },
    ]);
  });

  it('reads the good items of a batch in which one is bad', () => {
    const entries = read('v1.events.query.closed', [closed, { ...closed, reason: 7 }, 'x']);
    expect(entries.map(({ kind, org: of }) => [kind, of])).toEqual([
      ['closed', org],
      ['unreadable', org],
      ['unreadable', noOrganisation],
    ]);
  });

  it.each<[string, string, unknown]>([
    ['an action on another one’s subject', 'v1.events.request.denied', draft],
    ['an unknown field', 'v1.events.token.created', { ...draft, seq: 1 }],
    ['an outcome that is none', 'v1.events.token.created', { ...draft, outcome: 'fine' }],
    ['a batch that is none', 'v1.events.query.intent', closed],
    ['what is not JSON', 'v1.events.token.created', '{'],
    ['what is not UTF-8', 'v1.events.token.created', Buffer.from('7b22ff227d', 'hex').toString('latin1')],
    ['what is nested without end', 'v1.events.token.created', `{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['a day that is none', 'v1.events.token.created', { ...draft, at: '2026-02-30T10:00:00Z' }],
  ])('puts %s aside', (_, subject, value) => {
    expect(read(subject, value)).toMatchObject([{ kind: 'unreadable' }]);
  });

  it('cuts out what no answer could carry, and says what it was', () => {
    const [entry] = read('v1.events.token.created', { ...draft, changes: 'x'.repeat(300_000), data: { small: true } });
    expect(entry).toMatchObject({ draft: { changes: { omitted: { bytes: 300_002 } }, data: { small: true } } });
  });
});
