import { describe, expect, it } from '@jest/globals';
import { groupsOf, type Principal, type Scope } from '@pontage/contracts';
import { isWithin, refuseWider, type TokenDraft } from './token.js';

const token = (scopes: Scope[], groupIds: number[] | null = null): Principal => ({
  type: 'token',
  id: 'x',
  display: 'x',
  scopes,
  groupIds,
});
const external: Principal = {
  type: 'external',
  id: '',
  externalIdentifier: '',
  app: '',
  groupIds: [1],
  environment: '',
  userInfo: {},
  metadataJson: '',
};
const draft = (scopes: Scope[], groupIds: number[] | null = null): TokenDraft => ({
  name: 'n',
  description: '',
  scopes,
  groupIds,
  expiresAt: null,
});
const refused = (principal: Principal, wanted: TokenDraft): boolean => {
  try {
    refuseWider(principal, wanted);
    return false;
  } catch (error) {
    return (error as { slug: string }).slug === 'forbidden';
  }
};

describe('nobody grants more than he has', () => {
  it('in scopes', () => {
    expect(refused(token(['apps:read', 'tokens:write']), draft(['apps:read']))).toBe(false);
    expect(refused(token(['apps:read', 'tokens:write']), draft(['apps:read', 'apps:write']))).toBe(true);
    expect(refused(token(['admin']), draft(['admin', 'tokens:write']))).toBe(false);
    expect(refused(token(['admin']), draft(['operator']))).toBe(true);
    expect(refused(token(['operator']), draft(['admin']))).toBe(true);
    expect(refused(external, draft(['apps:read']))).toBe(true);
  });

  it('in groups', () => {
    expect(refused(token(['admin'], [1, 2]), draft(['admin'], [2]))).toBe(false);
    expect(refused(token(['admin'], [1, 2]), draft(['admin'], [2, 3]))).toBe(true);
    expect(refused(token(['admin'], [1, 2]), draft(['admin']))).toBe(true);
    expect(refused(token(['admin'], []), draft(['admin'], []))).toBe(false);
    expect(refused(token(['admin']), draft(['admin'], [9]))).toBe(false);
  });

  it('and an external user has to do with no token', () => {
    expect(groupsOf(external)).toEqual([]);
    expect(isWithin(external, [1])).toBe(false);
    expect(isWithin(external, null)).toBe(false);
  });
});
