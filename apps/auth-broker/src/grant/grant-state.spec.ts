import { describe, expect, it } from '@jest/globals';
import { judge, refreshInMs, renewalPauseMs, renewalsAfter, retryPauseMs, type GrantState } from './grant-state.js';

const seconds = 1_000;
const good: GrantState = {
  version: 3,
  input: 'in',
  sealed: Buffer.of(1),
  scope: null,
  refreshInMs: null,
  ageMs: 100 * seconds,
  remainingMs: 3_500 * seconds,
  renewals: 0,
  destination: null,
  failures: 0,
  retryInMs: 0,
  problem: null,
  flightForMs: 0,
};
const none: GrantState = { ...good, version: 0, input: null, sealed: null, ageMs: 0, remainingMs: null };
const manner = { ahead: true, onDemand: true, background: true };
const wish = { input: 'in', refused: undefined, manner };
const refusing = { input: 'in', refused: 3, manner };

describe('judge', () => {
  it('lends a good grant for five minutes at most, and until the next one is due', () => {
    expect(judge(good, wish)).toEqual({ kind: 'use', validForMs: 300 * seconds });
    expect(judge({ ...good, remainingMs: 400 * seconds, ageMs: 3_200 * seconds }, wish)).toEqual({
      kind: 'use',
      validForMs: 100 * seconds,
    });
    expect(judge({ ...good, remainingMs: 100 * seconds, ageMs: 200 * seconds }, wish)).toEqual({
      kind: 'use',
      validForMs: 40 * seconds,
    });
    expect(judge({ ...good, remainingMs: null }, wish)).toEqual({ kind: 'use', validForMs: 300 * seconds });
  });

  it('has the next one obtained ahead of time, once, while the good one is lent', () => {
    const aging = { ...good, remainingMs: 100 * seconds, ageMs: 3_500 * seconds };
    expect(judge(aging, wish)).toEqual({ kind: 'use', validForMs: 5 * seconds, renews: true });
    expect(judge({ ...aging, flightForMs: 1 }, wish)).toEqual({ kind: 'use', validForMs: 5 * seconds });
    expect(judge({ ...aging, retryInMs: 1 }, wish)).toEqual({ kind: 'use', validForMs: 5 * seconds });
    expect(judge({ ...aging, remainingMs: 31 * seconds }, wish)).toEqual({
      kind: 'use',
      validForMs: 1 * seconds,
      renews: true,
    });
  });

  it('lends a short-lived grant for the first half of its life', () => {
    expect(judge({ ...good, ageMs: 0, remainingMs: 10 * seconds }, wish)).toEqual({
      kind: 'use',
      validForMs: 5 * seconds,
    });
    expect(judge({ ...good, ageMs: 6 * seconds, remainingMs: 4 * seconds }, wish)).toEqual({
      kind: 'acquire',
      trigger: 'expiry',
    });
  });

  it('asks for a grant when there is none, when it ends, when it was refused, and when the credential reads otherwise now', () => {
    expect(judge(none, wish)).toEqual({ kind: 'acquire', trigger: 'first' });
    expect(judge({ ...good, remainingMs: 20 * seconds, ageMs: 3_580 * seconds }, wish)).toEqual({
      kind: 'acquire',
      trigger: 'expiry',
    });
    expect(judge({ ...good, remainingMs: -1 }, wish)).toEqual({ kind: 'acquire', trigger: 'expiry' });
    expect(judge(good, refusing)).toEqual({ kind: 'acquire', trigger: 'refused' });
    expect(judge(good, { ...wish, input: 'other' })).toEqual({ kind: 'acquire', trigger: 'changed' });
  });

  it('does not ask when another grant than the refused one is there already', () => {
    expect(judge(good, { input: 'in', refused: 2, manner })).toMatchObject({ kind: 'use' });
  });

  it('waits for whoever is asking, and meanwhile uses a grant that is about to end', () => {
    expect(judge({ ...none, flightForMs: 1 }, wish)).toEqual({ kind: 'wait' });
    expect(judge({ ...good, flightForMs: 1 }, refusing)).toEqual({ kind: 'wait' });
    expect(judge({ ...good, remainingMs: 20 * seconds, ageMs: 3_580 * seconds, flightForMs: 1 }, wish)).toEqual({
      kind: 'use',
      validForMs: 20 * seconds,
    });
    expect(judge({ ...good, remainingMs: -1, flightForMs: 1 }, wish)).toEqual({ kind: 'wait' });
  });

  it('leaves the token endpoint alone after a failure, with the last good grant as long as it lasts', () => {
    expect(judge({ ...none, input: 'in', retryInMs: 1 }, wish)).toEqual({ kind: 'fail' });
    expect(judge({ ...good, retryInMs: 1 }, refusing)).toEqual({ kind: 'fail' });
    expect(judge({ ...good, remainingMs: 20 * seconds, ageMs: 3_580 * seconds, retryInMs: 1 }, wish)).toEqual({
      kind: 'use',
      validForMs: 20 * seconds,
    });
    expect(judge({ ...none, input: 'before', retryInMs: 1 }, wish)).toEqual({ kind: 'acquire', trigger: 'first' });
  });

  it('gives the same grant back when young ones are refused again and again', () => {
    const young = { ...good, ageMs: 500, renewals: 1 };
    expect(judge(young, refusing)).toMatchObject({ kind: 'use' });
    expect(judge({ ...young, ageMs: 1_001 }, refusing)).toEqual({ kind: 'acquire', trigger: 'refused' });
    expect(judge({ ...young, renewals: 0 }, refusing)).toEqual({ kind: 'acquire', trigger: 'refused' });
  });
});

describe('pauses', () => {
  it('grow, end somewhere, and begin anew', () => {
    expect([0, 1, 2, 3, 20].map((renewals) => renewalPauseMs({ renewals, ageMs: 0 }))).toEqual([
      0, 1_000, 2_000, 4_000, 60_000,
    ]);
    expect(renewalPauseMs({ renewals: 20, ageMs: 60_000 })).toBe(0);
    expect(renewalsAfter({ renewals: 4, ageMs: 59_999 }, 'refused')).toBe(5);
    expect(renewalsAfter({ renewals: 4, ageMs: 60_000 }, 'refused')).toBe(1);
    expect(renewalsAfter({ renewals: 4, ageMs: 0 }, 'expiry')).toBe(0);
    expect(
      [1, 2, 3, 30].map((failures) =>
        retryPauseMs({ slug: 'token-endpoint-failed', retryAfterSeconds: undefined }, failures, 0.5),
      ),
    ).toEqual([1_000, 2_000, 4_000, 60_000]);
    expect(
      [1, 2, 30].map((failures) =>
        retryPauseMs({ slug: 'credential-rejected', retryAfterSeconds: undefined }, failures, 0.5),
      ),
    ).toEqual([5_000, 10_000, 300_000]);
    expect(retryPauseMs({ slug: 'token-endpoint-failed', retryAfterSeconds: undefined }, 1, 0)).toBe(800);
  });
});

describe('a manner', () => {
  it('without refreshing ahead uses a grant to its end', () => {
    const late = { ...good, remainingMs: 2 * seconds, ageMs: 3_598 * seconds };
    const unhurried = { ...wish, manner: { ...manner, ahead: false } };
    expect(judge(late, unhurried)).toEqual({ kind: 'use', validForMs: 2 * seconds });
    expect(judge({ ...late, remainingMs: 0 }, unhurried)).toEqual({ kind: 'acquire', trigger: 'expiry' });
  });

  it('without refreshing on demand neither replaces what is over nor what is refused', () => {
    const stubborn = { ...manner, onDemand: false };
    expect(judge({ ...good, remainingMs: -1 }, { ...wish, manner: stubborn })).toEqual({ kind: 'fail' });
    expect(judge(good, { ...refusing, manner: stubborn })).toMatchObject({ kind: 'use' });
    expect(judge(none, { ...wish, manner: stubborn })).toEqual({ kind: 'acquire', trigger: 'first' });
  });

  it('without refreshing on demand uses what is good to its end', () => {
    const wish = { input: 'x', refused: undefined, manner: { ...manner, onDemand: false } };
    const state = { ...good, input: 'x', ageMs: 3_580_000, remainingMs: 20_000 };
    expect(judge(state, wish)).toMatchObject({ kind: 'use' });
    expect(judge({ ...state, remainingMs: -1 }, wish)).toEqual({ kind: 'fail' });
  });

  it('with refreshing in the background is a little ahead of everybody else, and never in step', () => {
    expect(refreshInMs(3_600 * seconds, manner, 0)).toBe(3_300 * seconds);
    expect(refreshInMs(3_600 * seconds, manner, 1)).toBe(3_150 * seconds);
    expect(refreshInMs(10 * seconds, manner, 0)).toBe(8 * seconds);
    expect(refreshInMs(null, manner)).toBeNull();
    expect(refreshInMs(3_600 * seconds, { ...manner, background: false })).toBeNull();
  });
});

describe('a token endpoint', () => {
  it('is left alone for as long as it asks for, up to an hour', () => {
    const told = (retryAfterSeconds: number) =>
      retryPauseMs({ slug: 'token-endpoint-failed', retryAfterSeconds }, 1, 0);
    expect(told(17)).toBe(17 * seconds);
    expect(told(90_000)).toBe(3_600 * seconds);
    expect(told(0)).toBe(0.8 * seconds);
  });

  it('is not asked again for a grant that is spent', () => {
    expect(retryPauseMs({ slug: 'consent-required', retryAfterSeconds: undefined }, 1)).toBeGreaterThan(1e12);
  });
});
