import { describe, expect, it } from '@jest/globals';
import { changeOf, viewOf } from './config-variable.js';

const secret = { valueId: 'v', fingerprint: 'f' };
const shown = { set: true, fingerprint: 'f' };
const of = { environment: 'staging', name: 'KEY' };

describe('a configuration variable', () => {
  it('shows its text, or that its secret is set', () => {
    expect(viewOf({ ...of, value: 'text', updatedAt: 't' })).toEqual({
      ...of,
      secret: false,
      value: 'text',
      updatedAt: 't',
    });
    expect(viewOf({ ...of, value: secret, updatedAt: 't' })).toEqual({
      ...of,
      secret: true,
      value: shown,
      updatedAt: 't',
    });
  });

  it.each([
    [undefined, 'a', null, 'a'],
    ['a', 'b', 'a', 'b'],
    ['a', undefined, 'a', null],
    [undefined, secret, null, shown],
    [secret, { valueId: 'w', fingerprint: 'g' }, shown, { set: true, fingerprint: 'g' }],
    [secret, undefined, shown, null],
    [secret, 'a', shown, 'a'],
    // The text may be the secret itself.
    ['a', secret, { readable: true }, shown],
  ])('is recorded as it changes from %j to %j', (before, after, from, to) => {
    expect(changeOf(of, before, after)).toEqual({ pointer: '/staging/KEY', from, to });
  });
});
