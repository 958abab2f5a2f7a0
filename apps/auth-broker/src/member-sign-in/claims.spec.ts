import { describe, expect, it } from '@jest/globals';
import { identityOf } from './claims.js';

const claims = { iss: 'https://id.example', sub: 's1' };

describe('identityOf', () => {
  it('reads what OpenID Connect names, and the groups of the claim that is configured', () => {
    const all = { ...claims, email: 'a@b.c', email_verified: true, name: 'A\u0000da', roles: ['staff', 7] };
    expect(identityOf(all, 'roles')).toEqual({
      issuer: 'https://id.example',
      subject: 's1',
      email: 'a@b.c',
      emailVerified: true,
      name: 'Ada',
      groups: ['staff'],
    });
  });

  it.each([[undefined], [false], ['false'], [1], [null]])('takes no address for verified that is %j', (verified) => {
    expect(identityOf({ ...claims, email: 'a@b.c', email_verified: verified }, undefined).emailVerified).toBe(false);
  });

  it('leaves groups alone where no claim is configured, and takes them away where the claim is missing', () => {
    expect(identityOf({ ...claims, groups: ['staff'] }, undefined).groups).toBeNull();
    expect(identityOf(claims, 'groups').groups).toEqual([]);
    expect(identityOf({ ...claims, groups: 'staff' }, 'groups').groups).toEqual(['staff']);
  });
});
