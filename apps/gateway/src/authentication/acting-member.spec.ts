import { describe, expect, it } from '@jest/globals';
import type { Scope } from '@pontage/contracts';
import { holdsStill, principalOf, type ActingMember } from './acting-member.js';

const id = '6f1c1a3e-7c39-4a53-9c77-1f0f5b1f2a11';
const organisation = {
  name: 'o',
  defaultRegion: 'us-west-2',
  environments: ['production'],
  embed: { allowedOrigins: [] },
  returnOrigins: [],
  openResources: true,
};
const acting = (role: 'admin' | 'member', groupIds: number[], token?: { scopes: Scope[]; groupIds: number[] | null }) =>
  principalOf({
    id,
    member: { email: 'ada@example.com', name: 'Ada', role, groupIds },
    organisation,
    ...(token === undefined ? {} : { token: { org: id, id, name: 't', expiresAt: null, memberId: id, ...token } }),
  } satisfies ActingMember);

describe('a member’s token', () => {
  it.each([
    ['admin', [], ['admin', 'operator'], null, ['admin'], null],
    ['admin', [1], ['queries:run'], [2], ['queries:run'], [2]],
    ['member', [1, 3], ['queries:run', 'admin', 'members:write'], null, ['queries:run'], [1, 3]],
    ['member', [1, 3], ['queries:run'], [1, 2], ['queries:run'], [1]],
    ['member', [], ['queries:run'], [1], ['queries:run'], []],
  ] as const)('of a %s in %j with %j and groups %j has %j and %j', (role, own, scopes, groups, left, reached) => {
    const token = { scopes: [...scopes], groupIds: groups === null ? null : [...groups] };
    expect(acting(role, [...own], token)).toMatchObject({ scopes: left, groupIds: reached, type: 'member', id });
  });

  it('that was restricted to groups does not reach what is open to whoever is in none', () => {
    const scopes: Scope[] = ['resources:write'];
    expect(acting('member', [], { scopes, groupIds: [1] }).openResources).toBe(false);
    expect(acting('member', [], { scopes, groupIds: null }).openResources).toBe(true);
    expect(acting('member', [1]).openResources).toBe(false);
    expect(acting('admin', []).openResources).toBe(false);
  });
});

describe('holdsStill', () => {
  it('is over when a role or a group is lost, and goes on when one is won', () => {
    expect(holdsStill(acting('member', [1, 2]), acting('member', [1]))).toBe(false);
    expect(holdsStill(acting('admin', []), acting('member', [1]))).toBe(false);
    expect(holdsStill(acting('member', []), acting('member', [1]))).toBe(false);
    expect(holdsStill(acting('member', [1]), acting('member', [1, 2]))).toBe(true);
    expect(holdsStill(acting('member', [1]), acting('admin', []))).toBe(true);
  });
});
