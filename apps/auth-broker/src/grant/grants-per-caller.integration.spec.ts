import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call, ExternalPrincipal } from '@pontage/contracts';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { BrokerStack, callOf, type Broker } from '../broker.fixture.js';
import { GrantStore } from './grant-store.js';
import { TokenEndpoint } from './token-endpoint.fixture.js';

let stack: BrokerStack;
let upstream: Upstream;
let endpoint: TokenEndpoint;
let brokers: Broker[];
const org = randomUUID();
const callers = [callOf(org), callOf(org), externalCall('user-1'), externalCall('user-2')];
const [token, otherToken, user] = callers as [Call, Call, Call];

/** A call out of an embed session of its own. */
function externalCall(externalIdentifier: string): Call {
  const principal: ExternalPrincipal = {
    type: 'external',
    id: randomUUID(),
    externalIdentifier,
    app: randomUUID(),
    groupIds: [],
    environment: 'production',
    userInfo: {},
    metadataJson: '{}',
  };
  return { org, principal, requestId: randomUUID() };
}

beforeAll(async () => {
  [stack, upstream, endpoint] = await Promise.all([BrokerStack.start(), startUpstream(), TokenEndpoint.start()]);
  brokers = [];
  for (let count = 0; count < 3; count += 1) brokers.push(await stack.broker());
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await endpoint[Symbol.asyncDispose]();
  await upstream.stop();
});
beforeEach(() => {
  upstream.forget();
  upstream.cloud.sessions.length = 0;
  endpoint.asked = 0;
  endpoint.instead = undefined;
});

const assuming = (more: object = {}) =>
  stack.credential(
    {
      method: 'aws-sigv4',
      region: 'eu-central-1',
      accessKeyId: 'AKIDFIXTURE',
      secretAccessKey: 'fixture/s3cret+key',
      roleArn: 'arn:aws:iam::123456789012:role/orders',
      externalId: 'pontage-42',
      stsEndpoint: `${upstream.url}/sts/eu-central-1`,
      ...more,
    },
    token,
  );
const range = (count: number) => Array.from({ length: count });
const keyOf = (lease: Awaited<ReturnType<typeof stack.lease>>): string =>
  (lease.grant?.value as { accessKeyId: string }).accessKeyId;
const store = () => new GrantStore(brokers[0]?.unitOfWork as never, brokers[0]?.box as never);
const rowsOf = (credentialId: string) =>
  stack.sql<{ caller: string; version: number; destination: string | null }>(
    'SELECT caller, version, destination FROM issued_grant WHERE credential_id = $1 ORDER BY caller',
    [credentialId],
  );

describe('a grant that belongs to its caller', () => {
  it('is one for each caller, asked for once each: 3 brokers, 4 callers, 800 leases at once', async () => {
    const of = await assuming();
    const leases = await Promise.all(
      range(800).map(async (_, index) => {
        const call = callers[index % callers.length] as Call;
        return { index: index % callers.length, lease: await stack.lease(of, call) };
      }),
    );
    const keys = callers.map(
      (_, caller) => new Set(leases.filter(({ index }) => index === caller).map(({ lease }) => keyOf(lease))),
    );
    expect(keys.map(({ size }) => size)).toEqual([1, 1, 1, 1]);
    expect(new Set(keys.flatMap((set) => [...set])).size).toBe(4);
    expect(new Set(leases.map(({ lease }) => lease.serves))).toEqual(new Set(['caller']));
    const sessions = [...upstream.cloud.sessions].sort();
    const ofToken = expect.stringMatching(/^pontage-token=spec,[0-9a-f]{16}$/);
    expect(sessions).toEqual([ofToken, ofToken, 'pontage-user=user-1', 'pontage-user=user-2']);
    expect(new Set(sessions).size).toBe(4);
  });

  it('is on record with whom it serves', async () => {
    const of = await assuming();
    await stack.lease(of, user);
    await stack.lease(of, token);
    expect(stack.eventsOf(of.credentialId, 'grant.acquired').map(({ data }) => data)).toEqual([
      expect.objectContaining({ serves: { kind: 'external', id: 'user-1' } }),
      expect.objectContaining({ serves: { kind: 'token', id: token.principal.id } }),
    ]);
  });

  it('is that of the same external user in another session', async () => {
    const of = await assuming();
    const first = await stack.lease(of, user);
    expect(keyOf(await stack.lease(of, externalCall('user-1')))).toBe(keyOf(first));
    expect(upstream.cloud.sessions).toEqual(['pontage-user=user-1']);
  });

  it('is replaced for the caller whose was refused, and for nobody else', async () => {
    const of = await assuming();
    const [mine, theirs] = [await stack.lease(of, token), await stack.lease(of, otherToken)];
    const renewed = await stack.lease(of, token, { refusedGrantVersion: mine.grant?.version ?? 0 });
    expect(renewed.grant?.version).toBe(2);
    expect(keyOf(renewed)).not.toBe(keyOf(mine));
    expect(keyOf(await stack.lease(of, otherToken))).toBe(keyOf(theirs));
  });

  it('that fails for one caller keeps no other one waiting', async () => {
    const of = await assuming({ roleArn: 'arn:aws:iam::123456789012:role/other' });
    await expect(stack.lease(of, token)).rejects.toMatchObject({ slug: 'credential-rejected' });
    await expect(stack.lease(of, token)).rejects.toMatchObject({ slug: 'credential-rejected' });
    expect(upstream.requests).toHaveLength(1);
    await expect(stack.lease(of, otherToken)).rejects.toMatchObject({ slug: 'credential-rejected' });
    expect(upstream.requests).toHaveLength(2);
  });

  it('is held for its own caller only, when nothing is to be acquired', async () => {
    const of = await assuming();
    await stack.lease(of, token);
    expect(await stack.lease(of, token, { acquire: false })).toMatchObject({ serves: 'caller', grant: { version: 1 } });
    expect(await stack.lease(of, otherToken, { acquire: false })).toMatchObject({ serves: 'caller', lacksGrant: true });
  });

  it('does not open as another caller’s', async () => {
    const of = await assuming();
    const [mine, theirs] = [await stack.lease(of, token), await stack.lease(of, otherToken)];
    await stack.sql(
      `UPDATE issued_grant SET sealed = (SELECT sealed FROM issued_grant WHERE credential_id = $1 AND caller = $2)
        WHERE credential_id = $1 AND caller = $3`,
      [of.credentialId, `token:${otherToken.principal.id}`, `token:${token.principal.id}`],
    );
    const lease = await stack.lease(of, token);
    expect(lease.grant?.version).toBe(2);
    expect([keyOf(mine), keyOf(theirs)]).not.toContain(keyOf(lease));
    expect(stack.eventsOf(of.credentialId, 'credential.damaged')).toHaveLength(1);
  });
});

describe('a grant that serves everybody', () => {
  it('is one for all callers, as before', async () => {
    const of = await stack.credential(endpoint.authentication(), token);
    const leases = await Promise.all(callers.map((call) => stack.lease(of, call)));
    expect(new Set(leases.map(({ grant }) => JSON.stringify(grant?.value))).size).toBe(1);
    expect(leases.map(({ serves }) => serves)).toEqual(callers.map(() => 'everyone'));
    expect(endpoint.asked).toBe(1);
    expect(stack.eventsOf(of.credentialId, 'grant.acquired')[0]?.data).toMatchObject({ serves: 'everyone' });
    expect((await rowsOf(of.credentialId)).map(({ caller }) => caller)).toEqual(['']);
  });

  it('is not needed for keys that are used as they are', async () => {
    const of = await assuming({ roleArn: undefined, externalId: undefined, stsEndpoint: undefined });
    for (const call of callers) expect(await stack.lease(of, call)).toMatchObject({ serves: 'everyone', grant: null });
  });
});

describe('the grants of callers who do not come again', () => {
  it('are not renewed, and are gone an hour after their end; that of everybody stays', async () => {
    const of = await assuming();
    const shared = await stack.credential(endpoint.authentication(), token);
    for (const call of callers) await stack.lease(of, call);
    await stack.lease(shared, token);
    const asked = upstream.requests.length;
    await stack.letPass(of.credentialId, 7_000);
    await stack.letPass(shared.credentialId, 10_000);
    expect(await store().sweep()).toBe(0);
    await stack.letPass(of.credentialId, 300);
    // Who comes again in time has a new one.
    expect((await stack.lease(of, token)).grant?.version).toBe(2);
    expect(await store().sweep()).toBe(3);
    expect(await rowsOf(of.credentialId)).toEqual([
      { caller: '', version: 0, destination: upstream.url },
      { caller: `token:${token.principal.id}`, version: 2, destination: upstream.url },
    ]);
    expect(await rowsOf(shared.credentialId)).toHaveLength(1);
    expect(upstream.requests.length).toBe(asked + 1);
    expect((await stack.lease(of, user)).grant?.version).toBe(1);
  });

  it('that were never had are gone, too', async () => {
    const of = await assuming({ roleArn: 'arn:aws:iam::123456789012:role/other' });
    await expect(stack.lease(of, user)).rejects.toMatchObject({ slug: 'credential-rejected' });
    await stack.letPass(of.credentialId, 3_620);
    expect(await store().sweep()).toBe(1);
    expect(await rowsOf(of.credentialId)).toEqual([]);
  });

  it('leave behind where the secret has been sent, so that no variable leads it elsewhere later', async () => {
    const put = (version: number, url: string) =>
      stack.config.put(`${org}.production.STS`, { version, value: { value: `${url}/sts/eu-central-1` } });
    await put(1, upstream.url);
    const of = await assuming({ stsEndpoint: '{{ config.STS }}' });
    await stack.lease(of, user);
    await stack.letPass(of.credentialId, 8_000);
    await store().sweep();
    const thief = await startUpstream();
    await put(2, thief.url);
    const isLed = () => (thief.requests.length > 0 ? 'the thief was asked' : refused());
    const refused = async (): Promise<unknown> => stack.lease(of, user).then(isLed, (error: unknown) => error);
    expect(await refused()).toMatchObject({ slug: 'credential-rejected' });
    expect(thief.requests).toEqual([]);
    await thief.stop();
  });
});
