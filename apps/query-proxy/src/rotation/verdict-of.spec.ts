import { authMethods } from '@pontage/auth-methods';
import { describe, expect, it } from '@jest/globals';
import type { Attempt } from '../execution/attempt.js';
import { verdictOf } from './verdict-of.js';

const rotation = { newId: 'new', previousId: 'old', prefers: 'new' } as const;
const attempt = (
  credentialId: string,
  wasRefused: boolean,
  id = 'basic',
): Pick<Attempt, 'standing' | 'leaseKey' | 'ready'> => {
  const method = authMethods.get(id);
  if (method === undefined) throw new Error(id);
  return {
    standing: { rotation, other: undefined, wasRefused },
    leaseKey: {
      credentialId,
      resourceId: 'r',
      region: 'x',
      environment: 'production',
      caller: { kind: 'token', id: 't', display: 't' },
    },
    ready: { method, credential: { settings: {}, secrets: {} }, grant: undefined },
  };
};

describe('what an answer says about a new credential', () => {
  it('is that it is taken, when it does not refuse it', () => {
    for (const status of [200, 302, 404, 422]) expect(verdictOf(attempt('new', false), status)).toBe('accepted');
    expect(verdictOf(attempt('new', false, 'aws-sigv4'), 400)).toBeUndefined();
  });

  it('is that it is refused, only where the one before is taken', () => {
    expect(verdictOf(attempt('old', true), 200)).toBe('refused');
    expect(verdictOf(attempt('old', true), 403)).toBeUndefined();
    expect(verdictOf(attempt('old', false), 200)).toBeUndefined();
    expect(verdictOf(attempt('new', false), 401)).toBeUndefined();
  });

  it('is nothing when the upstream has trouble of its own, or does not answer', () => {
    for (const status of [500, 503, null, undefined]) expect(verdictOf(attempt('new', false), status)).toBeUndefined();
    expect(verdictOf({ ...attempt('new', false), standing: undefined }, 200)).toBeUndefined();
  });
});
