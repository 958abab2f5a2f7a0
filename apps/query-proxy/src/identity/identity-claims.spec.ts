import { describe, expect, it } from '@jest/globals';
import type { Principal } from '@pontage/contracts';
import { identityClaims } from '@pontage/contracts/resource-registry';
import type { Policy } from '../policy/policy.js';
import { claimsJsonOf } from './identity-claims.js';

const id = '6f1c1a3e-7c39-4a53-9c77-1f0f5b1f2a11';
const app = '7b0f7a2e-3c1c-4f0e-9c59-0d6d4f5b7a11';
const policy = { groups: (_: string, ids: number[]) => ids.map((each) => ({ id: each, group: { name: `g${each}` } })) };
const said = (principal: Principal, chosen = [...identityClaims], of: { app: string | null } = { app }) =>
  claimsJsonOf(chosen, { policy: policy as unknown as Policy, org: id, principal, environment: 'staging', ...of });
const token: Principal = { type: 'token', id, display: 'nightly', scopes: [], groupIds: null };
const session: Principal = {
  type: 'external',
  id,
  externalIdentifier: 'user-1',
  app,
  groupIds: [7],
  environment: 'staging',
  userInfo: { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' },
  metadataJson: '{"storeId":9223372036854775807,"vip":true}',
};

describe('the claims of an identity', () => {
  it('say all that is known of the user of a session, an int64 with every digit', () => {
    const text = said(session);
    expect(text).toContain('"metadata":{"storeId":9223372036854775807,"vip":true}');
    const { metadata: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
    expect(rest).toEqual({
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      groups: [{ id: 7, name: 'g7' }],
      externalIdentifier: 'user-1',
      environment: 'staging',
      app,
    });
  });

  it('leave out what is not known, and say who acts', () => {
    const acting: Principal = { ...token, actsFor: { externalIdentifier: 'user-1' } };
    expect(JSON.parse(said(acting, undefined, { app: null }))).toEqual({
      groups: [],
      externalIdentifier: 'user-1',
      environment: 'staging',
      act: { sub: `token:${id}` },
    });
    expect(JSON.parse(said(token, undefined, { app: null }))).toEqual({
      name: 'nightly',
      groups: [],
      environment: 'staging',
    });
    expect(JSON.parse(said({ ...session, userInfo: {} }, ['email', 'name']))).toEqual({});
  });

  it('say nothing that was not chosen', () => {
    expect(said(session, [])).toBe('{}');
    expect(said(session, ['email'])).toBe('{"email":"ada@example.com"}');
  });
});
