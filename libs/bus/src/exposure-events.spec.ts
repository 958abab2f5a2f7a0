import type { AuditDraft } from '@pontage/contracts/events';
import { thisProcess } from '@pontage/telemetry';
import { describe, expect, it } from '@jest/globals';
import { ExposureEvents } from './exposure-events.js';

const org = '11111111-1111-4111-8111-111111111111';

function setting() {
  const drafts: AuditDraft[] = [];
  const clock = { now: 1 };
  const events = new ExposureEvents(
    'auth-broker',
    (draft) => {
      drafts.push(draft);
      return Promise.reject(new Error('the stream is away'));
    },
    () => clock.now,
  );
  return { drafts, clock, events };
}

describe('ExposureEvents', () => {
  it('names the place, and a loop makes two events: the first time, and how often it came after that', () => {
    const { drafts, clock, events } = setting();
    const exposure = { owner: org, foundIn: 'log', field: 'err.message' } as const;
    for (let count = 0; count < 10_000; count += 1) events.record(exposure);
    expect(drafts).toHaveLength(1);
    clock.now += 60_001;
    events.record({ ...exposure, field: 'other' });
    expect(drafts.map(({ action, actor, data }) => [action, actor.id, data])).toEqual([
      ['credential.exposed', 'auth-broker', { service: 'auth-broker', foundIn: 'log', field: 'err.message', times: 1 }],
      [
        'credential.exposed',
        'auth-broker',
        { service: 'auth-broker', foundIn: 'log', field: 'err.message', times: 9999 },
      ],
      ['credential.exposed', 'auth-broker', { service: 'auth-broker', foundIn: 'log', field: 'other', times: 1 }],
    ]);
  });

  it('writes no more than sixty places a minute, whatever they are called', () => {
    const { drafts, events } = setting();
    for (let count = 0; count < 10_000; count += 1)
      events.record({ owner: org, foundIn: 'answer', field: `f${count}` });
    expect(drafts).toHaveLength(60);
  });

  it('has no record for what the process itself logs in with', () => {
    const { drafts, events } = setting();
    events.record({ owner: thisProcess, foundIn: 'log', field: 'message' });
    expect(drafts).toEqual([]);
  });
});
