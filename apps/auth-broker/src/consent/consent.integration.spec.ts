import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import {
  beginConsent,
  completeConsent,
  forgetCallersGrant,
  forgetGrant,
  listGrantEvents,
  listGrants,
  openConsent,
} from '@pontage/contracts/auth-broker';
import { callerOf } from '@pontage/contracts';
import type { OAuthProvider } from '@pontage/testkit';
import { callOf, redirectUri, restrictedCalls, sha256, type BrokerStack } from '../broker.fixture.js';
import { People } from './people.fixture.js';

let people: People;
let stack: BrokerStack;
let provider: OAuthProvider;
beforeAll(async () => {
  people = await People.start();
  ({ stack, provider } = people);
});
afterAll(() => people[Symbol.asyncDispose]());

type Of = Awaited<ReturnType<typeof stack.credential>>;
const anybody = (org: string): Call => callOf(org);
const forget = (of: Of, call: Call, mayEdit = true) =>
  stack.proxy.request(forgetCallersGrant, { ...people.placeOf(of, call), mayEdit }, call);
const timeline = async (of: Of, call: Call) =>
  (await stack.proxy.request(listGrantEvents, people.placeOf(of, call), call)).data.map(({ event, trigger }) => [
    event,
    trigger,
  ]);

describe('a sign-in', () => {
  it('is each caller’s own, and what comes of it is lent to nobody else', async () => {
    const call = callOf();
    const other = anybody(call.org);
    const of = await stack.credential(provider.authentication(), call);
    await expect(stack.lease(of, call)).rejects.toMatchObject({ slug: 'consent-required' });
    await people.signIn(of, call, 'ada');
    expect(await people.whose(of, call)).toBe('ada');
    await expect(stack.lease(of, other)).rejects.toMatchObject({ slug: 'consent-required' });
    await people.signIn(of, other, 'grace');
    expect([await people.whose(of, call), await people.whose(of, other)]).toEqual(['ada', 'grace']);
    expect((await stack.lease(of, call)).serves).toBe('caller');
  });

  it('of a shared credential is everybody’s', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication({ share: 'everyone' }), call);
    await people.signIn(of, call, 'ada');
    expect(await people.whose(of, anybody(call.org))).toBe('ada');
    expect((await stack.lease(of, call)).serves).toBe('everyone');
  });

  it('of a shared credential is begun and forgotten by whoever may edit the resource', async () => {
    const call = callOf();
    const user = anybody(call.org);
    const of = await stack.credential(provider.authentication({ share: 'everyone' }), call);
    await people.signIn(of, call, 'ada');
    await expect(stack.signIn(of, user, { mayEdit: false })).rejects.toMatchObject({ slug: 'forbidden' });
    await expect(forget(of, user, false)).rejects.toMatchObject({ slug: 'forbidden' });
    expect(await people.whose(of, user)).toBe('ada');
    const own = await stack.credential(provider.authentication(), call);
    await expect(stack.signIn(own, user, { mayEdit: false })).resolves.toBeDefined();
    await expect(forget(own, user, false)).resolves.toBeDefined();
  });

  it('lends no refresh token, and says nothing secret on the bus', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    const { url, handle, state, complete } = await stack.signIn(of, call);
    const callback = await provider.signIn(url, 'ada');
    await complete(callback);
    const lease = await stack.lease(of, call);
    expect(Object.keys(lease.grant?.value as object).sort()).toEqual(['accessToken', 'idToken']);
    const { accessToken, idToken } = lease.grant?.value as { accessToken: string; idToken: string };
    const wire = Buffer.concat(stack.wire);
    for (const canary of [
      handle,
      state,
      callback.searchParams.get('code') ?? '',
      accessToken,
      idToken,
      provider.clientSecret,
    ])
      expect([canary.slice(0, 8), wire.includes(canary)]).toEqual([canary.slice(0, 8), false]);
  });

  it('asks for a page of ours first, unless that is to be skipped', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication({ skipConsentScreen: false }), call);
    const begun = { ...people.placeOf(of, call), mayEdit: true, resourceName: 'orders', redirectUri, returnTo: null };
    await stack.proxy.request(beginConsent, { ...begun, handle: 'h'.repeat(64), state: 's'.repeat(64) }, call);
    const opening = { handleHash: sha256('h'.repeat(64)), browserHash: sha256('b'), isConfirmed: false };
    expect(await stack.gateway.request(openConsent, opening, call)).toEqual({
      step: 'confirm',
      resource: 'orders',
      at: new URL(provider.origin).host,
      scopes: ['openid', 'offline_access'],
      forWhom: 'spec',
    });
    expect(await stack.gateway.request(openConsent, { ...opening, isConfirmed: true }, call)).toMatchObject({
      step: 'leave',
    });
  });
});

describe('a sign-in belongs to one browser', () => {
  const lost = { slug: 'consent-expired' };

  it('which is the first that opens it', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    const { handle } = await stack.signIn(of, call);
    const opening = { handleHash: sha256(handle), browserHash: sha256('another'), isConfirmed: true };
    await expect(stack.gateway.request(openConsent, opening, call)).rejects.toMatchObject(lost);
  });

  it('and ends there, once, and in its own organisation', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    const { url, state, browser, complete } = await stack.signIn(of, call);
    const callback = await provider.signIn(url, 'ada');
    const given = { stateHash: sha256(state), browserHash: sha256(browser), answer: callback.search.slice(1) };
    const completing = (more: object, by = call) => stack.gateway.request(completeConsent, { ...given, ...more }, by);
    await expect(completing({ browserHash: sha256('another') })).rejects.toMatchObject(lost);
    await expect(completing({ stateHash: sha256('another') })).rejects.toMatchObject(lost);
    await expect(completing({}, callOf())).rejects.toMatchObject(lost);
    await expect(stack.lease(of, call)).rejects.toMatchObject({ slug: 'consent-required' });
    expect(await complete(callback)).toMatchObject({ failure: null });
    await expect(completing({})).rejects.toMatchObject(lost);
  });

  it('for ten minutes', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    const { url, complete } = await stack.signIn(of, call);
    await stack.sql(`UPDATE consent SET begun_at = begun_at - interval '11 minutes' WHERE org = $1`, [call.org]);
    await expect(complete(await provider.signIn(url, 'ada'))).rejects.toMatchObject(lost);
  });

  it('and one that was not opened does for whoever asks again', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    const begin = (name: string, by = call) =>
      stack.proxy.request(
        beginConsent,
        {
          ...people.placeOf(of, by),
          mayEdit: false,
          resourceName: 'orders',
          redirectUri,
          returnTo: null,
          handle: name.repeat(64),
          state: name.repeat(64),
          mayReuse: true,
        },
        by,
      );
    expect(await begin('a')).toEqual({ handle: 'a'.repeat(64) });
    expect(await begin('b')).toEqual({ handle: 'a'.repeat(64) });
    expect(await begin('c', anybody(call.org))).toEqual({ handle: 'c'.repeat(64) });
  });
});

describe('a grant that somebody agreed to', () => {
  it('is refreshed without them, and each thing that happens to it is on its timeline', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    await people.signIn(of, call, 'ada');
    const first = await people.tokenOf(of, call);
    await stack.letPass(of.credentialId, 3_590);
    const second = await people.tokenOf(of, call);
    expect(second).not.toBe(first);
    expect(await provider.accountOf(second)).toBe('ada');
    expect(await timeline(of, call)).toEqual([
      ['used', null],
      ['refreshed', 'expiry'],
      ['used', null],
      ['issued', 'consent'],
    ]);
    expect(stack.eventsOf(of.credentialId, 'grant.refreshed')).toHaveLength(1);
  });

  it('outlives another secret of the client, and a way back', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    await people.signIn(of, call, 'ada');
    await people.tokenOf(of, call);
    const { resourceId, credentialId: basedOn } = of;
    const changed = await stack.credential(provider.authentication({ prompt: 'login' }), call, { resourceId, basedOn });
    expect(changed.credentialId).not.toBe(basedOn);
    expect(await people.whose(changed, call)).toBe('ada');
    expect(await people.whose(of, call)).toBe('ada');
    await stack.letPass(of.credentialId, 3_590);
    expect(await people.whose(of, call)).toBe('ada');
  });

  it('does not outlive a change of what was agreed to', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    await people.signIn(of, call, 'ada');
    const { resourceId, credentialId: basedOn } = of;
    const more = { scopes: ['openid', 'offline_access', 'email'] };
    const changed = await stack.credential(provider.authentication(more), call, { resourceId, basedOn });
    await expect(stack.lease(changed, call)).rejects.toMatchObject({ slug: 'consent-required' });
  });

  it('is spent when the provider says so: one attempt, then somebody has to sign in, who can', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    await people.signIn(of, call, 'ada');
    await stack.letPass(of.credentialId, 3_590);
    const before = provider.tokenRequests.length;
    provider.instead = (_, response) =>
      void response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
    // Ten seconds of it are left.
    expect(await people.whose(of, call)).toBe('ada');
    await stack.letPass(of.credentialId, 60);
    for (let count = 0; count < 5; count += 1)
      await expect(stack.lease(of, call)).rejects.toMatchObject({ slug: 'consent-required' });
    await stack.letPass(of.credentialId, 3_600);
    await expect(stack.lease(of, call)).rejects.toMatchObject({ slug: 'consent-required' });
    expect(provider.tokenRequests.length - before).toBe(1);
    provider.instead = undefined;
    await people.signIn(of, call, 'ada');
    expect(await people.whose(of, call)).toBe('ada');
    // Whoever was told that it is failing is told that this is over.
    expect(stack.eventsOf(of.credentialId, 'grant.recovered')).toHaveLength(1);
  });

  it('stands in the list of its organisation, by when it ends', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    await people.signIn(of, call, 'ada');
    await people.tokenOf(of, call);
    const listed = (more: object, by = call) => stack.gateway.request(listGrants, { ...more }, by);
    const { data } = await listed({});
    expect(data).toEqual([
      expect.objectContaining({
        resourceId: of.resourceId,
        caller: callerOf(call.principal),
        state: 'authorized',
        refreshable: true,
        lastRefreshAt: null,
        failing: null,
      }),
    ]);
    expect((await listed({ expiresBefore: new Date(Date.now() + 60_000).toISOString() })).data).toEqual([]);
    expect((await listed({ expiresBefore: new Date(Date.now() + 7_200_000).toISOString() })).data).toHaveLength(1);
    expect((await listed({}, callOf())).data).toEqual([]);
    await expect(listed({}, callOf(call.org, ['resources:read']))).rejects.toMatchObject({ slug: 'missing-scope' });
    for (const restricted of restrictedCalls(call.org)) {
      await expect(listed({}, restricted)).rejects.toMatchObject({ slug: 'forbidden' });
      await expect(stack.gateway.request(forgetGrant, { id: data[0]?.id ?? '' }, restricted)).rejects.toMatchObject({
        slug: 'forbidden',
      });
    }
    expect((await listed({})).data).toHaveLength(1);
  });
});
