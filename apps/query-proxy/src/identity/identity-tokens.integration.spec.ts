import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Bus } from '@pontage/bus';
import { callerName, callerOf, type Call } from '@pontage/contracts';
import { leaseIdentity } from '@pontage/contracts/auth-broker';
import { leaseUnavailable } from '@pontage/problems';
import { startStack, type Stack } from '@pontage/testkit';
import { IdentityTokens } from './identity-tokens.js';

let stack: Stack;
let proxy: Bus;
let asked: string[];
let expiresInMs: number;
let isDown: boolean;
const resourceId = randomUUID();
const org = randomUUID();
const range = (count: number) => Array.from({ length: count });
const callAs = (user: string, of = org): Call => ({
  org: of,
  principal: {
    type: 'token',
    id: '6f1c1a3e-7c39-4a53-9c77-1f0f5b1f2a11',
    display: 'spec',
    scopes: ['admin'],
    groupIds: null,
    actsFor: { externalIdentifier: user },
  },
  requestId: 'r',
});
const of = (claimsJson = '{}', id = resourceId) => ({ resourceId: id, claimsJson });

beforeAll(async () => {
  stack = await startStack();
  const broker = await stack.busOf('auth-broker');
  proxy = await stack.busOf('query-proxy');
  broker.serve(leaseIdentity, async (request, call) => {
    if (isDown) throw leaseUnavailable({});
    const whose = [call.org, request.resourceId, callerName(callerOf(call.principal)), request.claimsJson].join(' ');
    asked.push(whose);
    return { token: `${whose} ${asked.length}`, expiresInMs };
  });
  await broker.connection.flush();
  await proxy.presence.until(() => proxy.presence.live('auth-broker').length > 0, 5_000);
});
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  asked = [];
  expiresInMs = 300_000;
  isDown = false;
});

describe('signed identities', () => {
  it('are asked for once each by 600 askers, and never mixed', async () => {
    const tokens = new IdentityTokens(proxy);
    const whole = await Promise.all(
      range(600).map(async (_, index) => {
        const user = `user-${index % 3}`;
        return [user, await tokens.get(of(), callAs(user))] as const;
      }),
    );
    expect(whole.filter(([user, token]) => !token.includes(` external:${user} `))).toEqual([]);
    expect(asked).toHaveLength(3);
    expect(typeof tokens.get(of(), callAs('user-0'))).toBe('string');
  });

  it('differ with everything that is in them', async () => {
    const tokens = new IdentityTokens(proxy);
    await tokens.get(of(), callAs('user-0'));
    await tokens.get(of('{"environment":"staging"}'), callAs('user-0'));
    await tokens.get(of('{}', randomUUID()), callAs('user-0'));
    await tokens.get(of(), callAs('user-0', randomUUID()));
    await tokens.get(of(), callAs('user-1'));
    const { actsFor: _, ...itself } = callAs('').principal as { actsFor?: unknown } & Call['principal'];
    await tokens.get(of(), { ...callAs('user-0'), principal: itself });
    expect(new Set(asked).size).toBe(6);
  });

  it('are renewed ahead of time while the one before serves, and asked for anew when that is over', async () => {
    const tokens = new IdentityTokens(proxy);
    // Usable for half a second, and renewed after a third of one.
    expiresInMs = 125_500;
    const first = await tokens.get(of(), callAs('user-0'));
    while (asked.length < 2) {
      const now = await tokens.get(of(), callAs('user-0'));
      if (asked.length < 2) expect(now).toBe(first);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expiresInMs = 125_001;
    expect(await tokens.get(of(), callAs('user-1'))).not.toBe(await tokens.get(of(), callAs('user-1')));
  });

  it('serve while nobody signs, and then are refused', async () => {
    const tokens = new IdentityTokens(proxy);
    expiresInMs = 125_300;
    const held = await tokens.get(of(), callAs('user-0'));
    isDown = true;
    const begun = performance.now();
    for (;;) {
      const answer = await Promise.resolve(tokens.get(of(), callAs('user-0'))).catch((error: unknown) => error);
      if (answer === held) continue;
      expect(answer).toMatchObject({ slug: 'lease-unavailable' });
      break;
    }
    expect(performance.now() - begun).toBeGreaterThan(200);
    await expect(tokens.get(of(), callAs('user-1'))).rejects.toMatchObject({ slug: 'lease-unavailable' });
    isDown = false;
    expect(await tokens.get(of(), callAs('user-0'))).not.toBe(held);
  });
});
