import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Bus } from '@pontage/bus';
import type { Call, Caller, ParsedRequestOf } from '@pontage/contracts';
import { leaseCredential, type Lease } from '@pontage/contracts/auth-broker';
import { startStack, type Stack } from '@pontage/testkit';
import { LeaseCache, type LeaseKey } from './lease-cache.js';

type Asked = ParsedRequestOf<typeof leaseCredential>;

let stack: Stack;
let proxy: Bus;
let asked: Asked[];
let serves: Lease['serves'];
const credential = randomUUID();
let answer: () => Promise<void>;
const call: Call = {
  org: randomUUID(),
  principal: { type: 'token', id: randomUUID(), display: 'spec', scopes: ['admin'], groupIds: null },
  requestId: 'r',
};
const callerOf = (id: string): Caller => ({ kind: 'external', id, display: id });
const keyOf = (id: string, credentialId: string): LeaseKey => ({
  credentialId,
  resourceId: '6f1c1a3e-7c39-4a53-9c77-1f0f5b1f2a11',
  region: 'us-west-2',
  environment: 'production',
  caller: callerOf(id),
});
const range = (count: number) => Array.from({ length: count });
/** Whose lease it is that was lent. */
const ownerOf = ({ grant }: Lease): unknown => grant?.value;

beforeAll(async () => {
  stack = await startStack();
  const broker = await stack.busOf('auth-broker');
  proxy = await stack.busOf('query-proxy');
  broker.serve(leaseCredential, async (request) => {
    asked.push(request);
    await answer();
    const grant = { version: (request.refusedGrantVersion ?? 0) + 1, value: request.caller.id, expiresInMs: null };
    return { method: 'aws-sigv4', settings: {}, secrets: {}, serves, grant, validForMs: 60_000 };
  });
  await broker.connection.flush();
  await proxy.presence.until(() => proxy.presence.live('auth-broker').length > 0, 5_000);
});
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  asked = [];
  serves = 'caller';
  answer = () => Promise.resolve();
});

/** No configuration variable changes here, and nobody signs in anew. */
const still = { versionOf: () => undefined };
const unchanged = { config: still, grants: still };

describe('leases that serve their caller only', () => {
  it('are asked for once each by 600 askers of three callers, and never mixed', async () => {
    const leases = new LeaseCache(proxy, unchanged);
    const lent = await Promise.all(
      range(600).map(async (_, index) => {
        const id = `user-${index % 3}`;
        return [id, ownerOf(await leases.get(keyOf(id, credential), call))] as const;
      }),
    );
    expect(lent.filter(([id, owner]) => id !== owner)).toEqual([]);
    expect(asked).toHaveLength(3);
    for (const id of ['user-0', 'user-1', 'user-2'])
      expect(ownerOf(leases.cached(keyOf(id, credential)) as Lease)).toBe(id);
    expect(leases.cached(keyOf('user-3', credential))).toBeUndefined();
    const token = { ...callerOf('user-0'), kind: 'token' } as const;
    expect(leases.cached({ ...keyOf('user-0', credential), caller: token })).toBeUndefined();
  });

  it('are renewed for who was refused, and for nobody else', async () => {
    const leases = new LeaseCache(proxy, unchanged);
    const [mine, theirs] = ['user-0', 'user-1'].map((id) => keyOf(id, credential));
    for (const key of [mine, theirs]) await leases.get(key as LeaseKey, call);
    expect((await leases.renewed(mine as LeaseKey, call, 1)).grant?.version).toBe(2);
    expect(leases.cached(mine as LeaseKey)?.grant?.version).toBe(2);
    expect(leases.cached(theirs as LeaseKey)?.grant?.version).toBe(1);
  });

  it('do not mix, even if the credential was known to serve everybody', async () => {
    const leases = new LeaseCache(proxy, unchanged);
    serves = 'everyone';
    await leases.get(keyOf('user-0', credential), call);
    serves = 'caller';
    const lent = await Promise.all(
      ['user-1', 'user-2', 'user-3'].map(async (id) => [
        id,
        ownerOf(await leases.renewed(keyOf(id, credential), call, 1)),
      ]),
    );
    expect(lent.filter(([id, owner]) => id !== owner)).toEqual([]);
  });
});

describe('leases that serve everybody', () => {
  it('are one for all callers, who ask together once that is known', async () => {
    const leases = new LeaseCache(proxy, unchanged);
    serves = 'everyone';
    await leases.get(keyOf('user-0', credential), call);
    for (const id of ['user-1', 'user-2']) expect(leases.cached(keyOf(id, credential))).toBeDefined();
    expect(asked).toHaveLength(1);
    await Promise.all(range(300).map((_, index) => leases.renewed(keyOf(`user-${index}`, credential), call, 1)));
    expect(asked).toHaveLength(2);
  });

  it('are asked for once for each caller as long as it is not known', async () => {
    const leases = new LeaseCache(proxy, unchanged);
    serves = 'everyone';
    await Promise.all(range(300).map((_, index) => leases.get(keyOf(`user-${index % 3}`, credential), call)));
    expect(asked).toHaveLength(3);
    expect(new Set(asked.map(({ caller }) => caller.id)).size).toBe(3);
  });
});

describe('a question that fails', () => {
  it('fails all who joined it, and is asked anew by the next', async () => {
    const leases = new LeaseCache(proxy, unchanged);
    answer = () => Promise.reject(new Error('out of order'));
    const outcomes = await Promise.allSettled(range(20).map(() => leases.get(keyOf('user-0', credential), call)));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(asked).toHaveLength(1);
    answer = () => Promise.resolve();
    expect(ownerOf(await leases.get(keyOf('user-0', credential), call))).toBe('user-0');
  });
});
