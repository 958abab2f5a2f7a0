import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import { forgetCallersGrant, forgetCredentials, forgetGrantsOf, listGrantEvents } from '@pontage/contracts/auth-broker';
import type { Problem } from '@pontage/problems';
import type { OAuthProvider } from '@pontage/testkit';
import { callOf, type BrokerStack } from '../broker.fixture.js';
import { Door } from '../sign-in/door.fixture.js';
import { consentSweep } from './consent-sweep.js';
import { People } from './people.fixture.js';

let people: People;
let stack: BrokerStack;
let provider: OAuthProvider;
beforeAll(async () => {
  people = await People.start();
  ({ stack, provider } = people);
});
afterAll(() => people[Symbol.asyncDispose]());
beforeEach(() => {
  provider.instead = undefined;
});

type Of = Awaited<ReturnType<typeof stack.credential>>;
const forget = (of: Of, call: Call) =>
  stack.proxy.request(forgetCallersGrant, { ...people.placeOf(of, call), mayEdit: true }, call);
const timeline = async (of: Of, call: Call) =>
  (await stack.proxy.request(listGrantEvents, people.placeOf(of, call), call)).data.map(({ event, trigger }) => [
    event,
    trigger,
  ]);

/** Another credential of the same resource, good for the same grants. */
const changedFrom = ({ resourceId, credentialId: basedOn }: Of, call: Call): Promise<Of> =>
  stack.credential(provider.authentication({ prompt: 'login' }), call, { resourceId, basedOn });

/** Has the token endpoint wait. `isAsked` resolves when somebody has asked it. */
function heldBack(): { isAsked: () => Promise<void>; release: () => void } {
  let [release, tell] = [(): void => undefined, (): void => undefined];
  const held = new Promise<void>((resolve) => (release = resolve));
  const asked = new Promise<void>((resolve) => (tell = resolve));
  provider.instead = async (request, response) => {
    tell();
    await held;
    await provider.pass(request, response);
  };
  return {
    isAsked: () => asked,
    release: () => {
      provider.instead = undefined;
      release();
    },
  };
}

describe('what somebody agreed to who is gone', () => {
  it('is forgotten, here and at the provider, and nothing of anybody else', async () => {
    const [gone, other] = [callOf(), callOf()];
    other.org = gone.org;
    const one = await stack.credential(provider.authentication(), gone);
    const two = await stack.credential(
      provider.authentication({ scopes: ['openid', 'offline_access', 'email'] }),
      gone,
    );
    for (const each of [one, two]) for (const call of [gone, other]) await people.signIn(each, call, 'ada');
    const tokens = await Promise.all([one, two].map((of) => people.tokenOf(of, gone)));
    const owner = { kind: 'token', id: gone.principal.id } as const;
    const weak = callOf(gone.org, ['members:write']);
    await expect(stack.gateway.request(forgetGrantsOf, owner, weak)).rejects.toMatchObject({ slug: 'missing-scope' });
    expect(await stack.gateway.request(forgetGrantsOf, owner, other)).toEqual({ forgotten: 2, left: 0 });
    for (const token of tokens) expect(await provider.accountOf(token)).toBeUndefined();
    for (const each of [one, two]) {
      await expect(stack.lease(each, gone)).rejects.toMatchObject({ slug: 'consent-required' });
      expect(await people.whose(each, other)).toBe('ada');
    }
    expect(await stack.gateway.request(forgetGrantsOf, owner, other)).toEqual({ forgotten: 0, left: 0 });
  });
});

describe('what people agreed to for a resource that is deleted', () => {
  it('is gone here at once, and is then ended at the provider, whoever it served', async () => {
    const [one, two] = [callOf(), callOf()];
    two.org = one.org;
    const of = await stack.credential(provider.authentication(), one);
    const kept = await stack.credential(provider.authentication(), one);
    for (const call of [one, two]) await people.signIn(of, call, 'ada');
    await people.signIn(kept, one, 'ada');
    const tokens = await Promise.all([one, two].map((call) => people.tokenOf(of, call)));
    await stack.registry.request(forgetCredentials, { resourceIds: [of.resourceId] }, one);
    await expect(stack.lease(of, one)).rejects.toMatchObject({ slug: 'not-found' });
    const known = async () => (await Promise.all(tokens.map((token) => provider.accountOf(token)))).filter(Boolean);
    for (const until = Date.now() + 5_000; (await known()).length > 0 && Date.now() < until;) await sleep(20);
    expect(await known()).toEqual([]);
    expect(await people.whose(kept, one)).toBe('ada');
  });
});

describe('a sign-in that is being completed', () => {
  it('of somebody who is gone by then brings nothing', async () => {
    const [gone, other] = [callOf(), callOf()];
    other.org = gone.org;
    const of = await stack.credential(provider.authentication(), gone);
    const { url, complete } = await stack.signIn(of, gone);
    const { isAsked, release } = heldBack();
    const completing = complete(await provider.signIn(url, 'ada'));
    await isAsked();
    const owner = { kind: 'token', id: gone.principal.id } as const;
    expect(await stack.gateway.request(forgetGrantsOf, owner, other)).toEqual({ forgotten: 0, left: 0 });
    release();
    expect((await completing).failure?.problem).toBe('consent-expired');
    await expect(stack.lease(of, gone)).rejects.toMatchObject({ slug: 'consent-required' });
  });

  it('is left alone by the sweep', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    const { url, complete } = await stack.signIn(of, call);
    const { isAsked, release } = heldBack();
    const completing = complete(await provider.signIn(url, 'ada'));
    await isAsked();
    await consentSweep(stack.anyBroker.unitOfWork).sweep(new AbortController().signal);
    release();
    expect(await completing).toMatchObject({ failure: null });
    await stack.sql(`UPDATE consent SET begun_at = begun_at - interval '12 minutes' WHERE org = $1`, [call.org]);
    await consentSweep(stack.anyBroker.unitOfWork).sweep(new AbortController().signal);
    expect(await stack.sql('SELECT FROM consent WHERE org = $1', [call.org])).toEqual([]);
  });
});

describe('a grant that somebody agreed to', () => {
  it('is forgotten here and at the provider, also by who agreed before the credential was changed', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    await people.signIn(of, call, 'ada');
    const token = await people.tokenOf(of, call);
    const changed = await changedFrom(of, call);
    expect(await forget(changed, call)).toEqual({ revokedAtProvider: true });
    expect(await provider.accountOf(token)).toBeUndefined();
    for (const each of [of, changed])
      await expect(stack.lease(each, call)).rejects.toMatchObject({ slug: 'consent-required' });
    expect(await forget(changed, call)).toEqual({ revokedAtProvider: null });
    expect((await timeline(changed, call))[0]).toEqual(['revoked', null]);
    expect(stack.eventsOf(changed.credentialId, 'grant.revoked')).toHaveLength(1);
  });

  it('is forgotten under every credential that the resource has had: the newest, and what is being refreshed', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    await people.signIn(of, call, 'ada');
    const old = await people.tokenOf(of, call);
    const changed = await changedFrom(of, call);
    // Signed in anew before anybody has asked for the old grant under the new credential.
    await people.signIn(changed, call, 'ada');
    const fresh = await people.tokenOf(changed, call);
    await stack.letPass(of.credentialId, 3_601);
    const { isAsked, release } = heldBack();
    const refreshing = stack.lease(of, call).catch(() => undefined);
    await isAsked();
    expect(await forget(changed, call)).toEqual({ revokedAtProvider: true });
    release();
    await refreshing;
    expect([await provider.accountOf(fresh), await provider.accountOf(old)]).toEqual([undefined, undefined]);
    for (const each of [of, changed])
      await expect(stack.lease(each, call)).rejects.toMatchObject({ slug: 'consent-required' });
    expect(stack.eventsOf(changed.credentialId, 'grant.revoked')).toHaveLength(1);
  });

  it('is not replaced by an older one of another credential', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    await people.signIn(of, call, 'ada');
    const changed = await changedFrom(of, call);
    await people.signIn(changed, call, 'grace');
    expect([await people.whose(changed, call), await people.whose(of, call)]).toEqual(['grace', 'ada']);
  });
});

describe('a variable that leads a provider elsewhere', () => {
  it.each<[string, (of: Of, call: Call) => Promise<unknown>, unknown]>([
    ['is forgotten', forget, { revokedAtProvider: false }],
    [
      'goes with its resource',
      ({ resourceId }, call) => stack.registry.request(forgetCredentials, { resourceIds: [resourceId] }, call),
      {},
    ],
  ])('brings nothing there of a grant that %s, nor the secret of the client', async (_, go, said) => {
    await using thief = await Door.start();
    const call = callOf();
    const lead = (version: number, value: string) =>
      stack.config.put(`${call.org}.production.PROVIDER`, { version, value: { value } });
    await lead(1, provider.origin);
    const at = (path: string) => `{{ config.PROVIDER }}${path}`;
    const urls = { authorizationUrl: at('/auth'), tokenUrl: at('/token'), revocationUrl: at('/token/revocation') };
    const of = await stack.credential(provider.authentication({ issuer: undefined, ...urls }), call);
    await people.signIn(of, call, 'ada');
    await lead(2, thief.url);
    const isLed = () =>
      stack.lease(of, call).then(
        () => false,
        ({ slug }: Problem) => slug === 'consent-required',
      );
    while (!(await isLed())) await sleep(20);
    expect(await go(of, call)).toEqual(said);
    await sleep(300);
    expect(thief.asked).toEqual([]);
  });
});
