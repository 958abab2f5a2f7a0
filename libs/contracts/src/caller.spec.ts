import { describe, expect, it } from '@jest/globals';
import { callerName, callerOf, externalIdentifierOf } from './caller.js';
import type { ExternalPrincipal, Principal } from './principal.js';

const id = '6f1c1a3e-7c39-4a53-9c77-1f0f5b1f2a11';
const external = (externalIdentifier: string, more: Partial<ExternalPrincipal> = {}): Principal => ({
  type: 'external',
  id,
  externalIdentifier,
  app: id,
  groupIds: [],
  environment: 'production',
  userInfo: {},
  metadataJson: '{}',
  ...more,
});
const token: Principal = { type: 'token', id, display: 'nightly', scopes: [], groupIds: null };
const nameOf = (principal: Principal) => callerName(callerOf(principal));

describe('callerOf', () => {
  it('knows an external user by the identifier, whichever session they come with', () => {
    const other = { id: '00000000-0000-4000-8000-000000000000', app: '00000000-0000-4000-8000-000000000001' };
    expect(nameOf(external('user-1', other))).toBe(nameOf(external('user-1')));
    expect(nameOf(external('user-2'))).not.toBe(nameOf(external('user-1')));
  });

  it('knows an external user for whom a token acts as the one who comes with a session', () => {
    const acting = (identifier: string): Principal => ({ ...token, actsFor: { externalIdentifier: identifier } });
    expect(callerOf(acting('user-1'))).toEqual(callerOf(external('user-1')));
    expect(nameOf(acting('user-1'))).not.toBe(nameOf(acting('user-2')));
    expect(nameOf(acting(id))).not.toBe(nameOf(token));
    expect([acting('user-1'), external('user-1'), token].map(externalIdentifierOf)).toEqual(['user-1', 'user-1', null]);
  });

  it('takes nobody for somebody of another kind, whatever an identifier looks like', () => {
    const names = [
      nameOf(token),
      nameOf({ type: 'service', id, display: 'sweep' }),
      nameOf(external(id)),
      nameOf(external(`token:${id}`)),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  it('shows an e-mail address where there is one', () => {
    expect(callerOf(external('4711', { userInfo: { email: 'ada@example.com' } })).display).toBe('ada@example.com');
    expect(callerOf(external('4711')).display).toBe('4711');
    expect(callerOf(token).display).toBe('nightly');
  });
});
