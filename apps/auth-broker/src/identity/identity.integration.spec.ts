import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { Call } from '@pontage/contracts';
import { leaseIdentity } from '@pontage/contracts/auth-broker';
import { identityKeys } from '@pontage/contracts/snapshots';
import { MasterKeys } from '@pontage/envelope';
import { SnapshotWatch } from '@pontage/snapshots';
import { BrokerStack, callOf, newKey, type Broker } from '../broker.fixture.js';
import { identityKeyPlace, installation } from './identity-key-store.js';

let stack: BrokerStack;
let brokers: [Broker, Broker];
let keys: SnapshotWatch<typeof identityKeys>;
const resourceId = randomUUID();
const masterKey = newKey('k1');
const canary = `canary-${randomUUID()}`;

beforeAll(async () => {
  stack = await BrokerStack.start();
  const master = MasterKeys.parse(masterKey);
  brokers = await Promise.all([stack.broker(master), stack.broker(master)]);
  keys = await SnapshotWatch.open(stack.gateway, identityKeys);
});
afterAll(async () => {
  keys?.stop();
  await stack?.[Symbol.asyncDispose]();
});

const acting = (user: string): Call => {
  const call = callOf();
  return { ...call, principal: { ...call.principal, actsFor: { externalIdentifier: user } } as Call['principal'] };
};
const lease = (call: Call, claimsJson = '{}') => stack.proxy.request(leaseIdentity, { resourceId, claimsJson }, call);
/** By what is published, and with code that is not ours. */
const verified = (token: string, audience = resourceId) =>
  jwtVerify(token, createLocalJWKSet({ keys: [...keys.entries()].map(([, key]) => key) }), {
    issuer: 'https://pontage.example',
    audience,
    algorithms: ['ES256'],
  });
const kidOf = (token: string) => decodeProtectedHeader(token).kid;
const stored = () =>
  stack.sql<{ id: string; org: string; sealed: Buffer }>('SELECT * FROM identity_key ORDER BY signs_from');
/** As if so many days had passed for the keys. */
const age = (days: number) =>
  stack.sql(`UPDATE identity_key SET signs_from = signs_from - $1 * interval '1 day'`, [days]);
const look = () => Promise.all(brokers.map(({ identityKeys: each }) => each.look()));

describe('an identity', () => {
  it('says who calls, for one resource, for five minutes', async () => {
    const call = acting('user-1');
    const { token, expiresInMs } = await lease(call, '{"metadata":{"storeId":9223372036854775807}}');
    const { payload, protectedHeader } = await verified(token);
    expect(payload).toMatchObject({
      iss: 'https://pontage.example',
      sub: 'external:user-1',
      aud: resourceId,
      org: call.org,
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
    expect(Math.abs(expiresInMs + Date.now() - (payload.exp ?? 0) * 1000)).toBeLessThan(1_000);
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: (await stored())[0]?.id });
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).toContain('9223372036854775807');
    await expect(verified(token, randomUUID())).rejects.toThrow(/aud/);
    const again = await verified((await lease(call)).token);
    expect(again.payload.jti).not.toBe(payload.jti);
  });

  it('names every kind of caller so that none passes for another', async () => {
    const token = callOf();
    const session: Call['principal'] = {
      type: 'external',
      id: randomUUID(),
      externalIdentifier: 'user-1',
      app: randomUUID(),
      groupIds: [],
      environment: 'production',
      userInfo: {},
      metadataJson: '{}',
    };
    const subjectOf = async (call: Call) => (await verified((await lease(call)).token)).payload.sub;
    expect(await subjectOf(token)).toBe(`token:${(token.principal as { id: string }).id}`);
    expect(await subjectOf({ ...token, principal: session })).toBe('external:user-1');
    expect(await subjectOf(acting('token:x'))).toBe('external:token:x');
  });

  it.each(['{"sub":"external:admin"}', '{"aud":"x"}', '{"org":"x"}', '{"exp":9}', '[]', 'null', '"a"', '{', '{}}', ''])(
    'is not made with the claims %s',
    async (claimsJson) => {
      await expect(lease(callOf(), claimsJson)).rejects.toMatchObject({ slug: 'invalid-request' });
    },
  );

  it('crosses the bus sealed', async () => {
    const { token } = await lease(callOf(), JSON.stringify({ email: canary }));
    expect((await verified(token)).payload.email).toBe(canary);
    const wire = Buffer.concat(stack.wire).toString('latin1');
    expect(wire).toContain('v1.auth-broker.identity.lease');
    for (const secret of [
      canary,
      token,
      token.split('.')[1] ?? '',
      token.split('.')[2] ?? '',
      Buffer.from(canary).toString('base64'),
    ])
      expect(wire).not.toContain(secret);
  });
});

describe('the keys of identities', () => {
  it('are one for all brokers, sealed where they lie, of nobody’s organisation', async () => {
    const rows = await stored();
    expect(rows.map(({ org }) => org)).toEqual([installation]);
    expect([...keys.entries()].map(([, { kid }]) => kid)).toEqual(rows.map(({ id }) => id));
    const [row] = rows;
    const { privateKey } = brokers[0].box.open(identityKeyPlace(row?.id ?? ''), row?.sealed ?? Buffer.alloc(0));
    const { d } = privateKey as { d: string };
    expect(d).toMatch(/^[\w-]{43}$/);
    expect(row?.sealed.includes(d)).toBe(false);
    expect(JSON.stringify([...keys.entries()])).not.toContain(d);
    expect(Buffer.concat(stack.wire).includes(d)).toBe(false);
  });

  it('are followed by others that are known a day before they sign, and forgotten a day after', async () => {
    const call = callOf();
    const first = (await lease(call)).token;
    await age(29);
    await look();
    const two = await stored();
    expect(two).toHaveLength(2);
    await keys.until(() => ([...keys.entries()].length === 2 ? true : undefined), 2_000);
    expect(kidOf((await lease(call)).token)).toBe(kidOf(first));
    await age(1);
    await look();
    const second = (await lease(call)).token;
    expect(kidOf(second)).toBe(two[1]?.id);
    await Promise.all([verified(first), verified(second)]);
    await age(1);
    await look();
    expect((await stored()).map(({ id }) => id)).toEqual([two[1]?.id]);
    await keys.until(() => ([...keys.entries()].length === 1 ? true : undefined), 2_000);
    await expect(verified(first)).rejects.toThrow(/no applicable key/);
    await verified(second);
  });

  it('are published anew when the bucket has lost them, and sign while the database is away', async () => {
    const pen = brokers[0].bus.jetstream;
    const [row] = await stored();
    await pen.publish(`$KV.identity_keys.${row?.id}`, JSON.stringify({ version: 0, value: null }));
    await keys.until(() => ([...keys.entries()].length === 0 ? true : undefined), 2_000);
    await look();
    await keys.until(() => ([...keys.entries()].length === 1 ? true : undefined), 2_000);
    await stack.sql('ALTER TABLE identity_key RENAME TO gone');
    try {
      await look();
      await verified((await lease(callOf())).token);
    } finally {
      await stack.sql('ALTER TABLE gone RENAME TO identity_key');
    }
  });
});
