import { describe, expect, it } from '@jest/globals';
import type { NamedCredential } from './named-credentials.js';
import { remindersDue } from './rotation-reminders.js';

const day = (number: number): Date => new Date(Date.UTC(2030, 0, 1 + number));
const named = (rotation: NamedCredential['rotation']): NamedCredential => ({
  credentialId: 'c',
  resourceId: 'r',
  environment: null,
  rotation,
});
const every90 = { everyDays: 90, remindDaysBefore: 14 };
const dueOn = (now: Date, more: { rotation?: NamedCredential['rotation']; remindedDue?: Date } = {}): Date[] => {
  const { rotation = every90, remindedDue = null } = more;
  return remindersDue([named(rotation)], [{ id: 'c', rotatedAt: day(0), remindedDue }], now).map(({ dueAt }) => dueAt);
};

describe('a reminder', () => {
  it('is given from so many days before the rotation is due, and not before that', () => {
    expect(dueOn(new Date(day(76).getTime() - 1))).toEqual([]);
    expect(dueOn(day(76))).toEqual([day(90)]);
    expect(dueOn(day(400))).toEqual([day(90)]);
  });

  it('is given once for each due date', () => {
    expect(dueOn(day(80), { remindedDue: day(90) })).toEqual([]);
    expect(dueOn(day(80), { remindedDue: day(90), rotation: { everyDays: 80, remindDaysBefore: 14 } })).toEqual([
      day(80),
    ]);
  });

  it('is given to nobody without a setting, or without a credential', () => {
    expect(dueOn(day(400), { rotation: null })).toEqual([]);
    expect(remindersDue([named(every90)], [], day(400))).toEqual([]);
  });
});
