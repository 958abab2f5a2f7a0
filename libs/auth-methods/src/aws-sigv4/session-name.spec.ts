import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GrantOwner } from '../auth-method.js';
import { sessionName } from './session-name.js';

const organisation = '6f1c1a3e-7c39-4a53-9c77-1f0f5b1f2a11';
const name = (caller?: GrantOwner) => sessionName({ organisation, caller });
const user = (id: string, display = id): GrantOwner => ({ kind: 'external', id, display });

describe('sessionName', () => {
  it.each([
    ['ada@example.com', 'pontage-user=ada@example.com'],
    ['5', 'pontage-user=5'],
    ['a+b=c', 'pontage-user=a+b=c'],
  ])('shows an external user whose identifier is %s as %s', (id, shown) => {
    expect(name(user(id))).toBe(shown);
    expect(name(user(id, 'Ada in another session'))).toBe(shown);
  });

  it.each(['Ada Lovelace', 'a,b', 'ädä', 'x'.repeat(60), '\n', 'a\r\nAction=Evil&b'])(
    'shows %j as far as it goes, and a digest',
    (id) => {
      expect(name(user(id))).toMatch(/^pontage-user=[\w+=.@-]*,[0-9a-f]{16}$/);
    },
  );

  it('shows a token by what it is called and which one it is', () => {
    const token = (id: string): GrantOwner => ({ kind: 'token', id, display: 'Nightly export' });
    expect(name(token('1'))).toMatch(/^pontage-token=Nightly-export,[0-9a-f]{16}$/);
    expect(name(token('2'))).not.toBe(name(token('1')));
    expect(name(token('1'))).toBe(name(token('1')));
  });

  it('shows the organisation where the keys are nobody’s in particular', () => {
    expect(name()).toBe(`pontage-${organisation}`);
  });

  it('is one that AWS takes, and never that of two', () => {
    const piece = fc.constantFrom('a', 'b', ' ', ',', '-', '@', 'ä', ':', 'x'.repeat(50), '0123456789abcdef', 'token');
    const text = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
    const owner = fc.record({
      kind: fc.constantFrom('external', 'token', 'member', 'service'),
      id: text,
      display: text,
    });
    fc.assert(
      fc.property(owner, owner, (one, other) => {
        for (const each of [one, other]) expect(name(each)).toMatch(/^[\w+=,.@-]{2,64}$/);
        if (one.kind !== other.kind || one.id !== other.id) expect(name(one)).not.toBe(name(other));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives nobody the name of another by calling himself like it', () => {
    expect(name(user(name(user('a b')).replace('pontage-user=', '')))).not.toBe(name(user('a b')));
  });
});
