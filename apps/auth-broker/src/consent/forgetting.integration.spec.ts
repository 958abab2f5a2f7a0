import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { callerOf, type Call } from '@pontage/contracts';
import { forgetCallersGrant, forgetGrantsOf, listGrantEvents } from '@pontage/contracts/auth-broker';
import { OAuthProvider } from '@pontage/testkit';
import { BrokerStack, callOf, redirectUri } from '../broker.fixture.js';

let stack: BrokerStack;
let provider: OAuthProvider;
beforeAll(async () => {
  [stack, provider] = await Promise.all([BrokerStack.start(), OAuthProvider.start([redirectUri])]);
  await stack.broker();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});
beforeEach(() => {
  provider.instead = undefined;
});

type Of = Awaited<ReturnType<typeof stack.credential>>;
const tokenOf = async (of: Of, call: Call): Promise<string> =>
  ((await stack.lease(of, call)).grant?.value as { accessToken: string }).accessToken;
const whose = async (of: Of, call: Call) => provider.accountOf(await tokenOf(of, call));
const placeOf = ({ credentialId, resourceId }: Of, call: Call) => ({
  ...{ credentialId, resourceId, region: 'us-west-2', environment: 'production' },
  caller: callerOf(call.principal),
});
const forget = (of: Of, call: Call) =>
  stack.proxy.request(forgetCallersGrant, { ...placeOf(of, call), mayEdit: true }, call);
const timeline = async (of: Of, call: Call) =>
  (await stack.proxy.request(listGrantEvents, placeOf(of, call), call)).data.map(({ event, trigger }) => [
    event,
    trigger,
  ]);

async function signIn(of: Of, call: Call, login: string): Promise<void> {
  const { url, complete } = await stack.signIn(of, call);
  expect(await complete(await provider.signIn(url, login))).toMatchObject({ failure: null });
}

/** Another credential of the same resource, good for the same grants. */
const changedFrom = ({ resourceId, credentialId: basedOn }: Of, call: Call): Promise<Of> =>
  stack.credential(provider.authentication({ prompt: 'login' }), call, { resourceId, basedOn });

describe('what somebody agreed to who is gone', () => {
  it('is forgotten, here and at the provider, and nothing of anybody else', async () => {
    const [gone, other] = [callOf(), callOf()];
    other.org = gone.org;
    const one = await stack.credential(provider.authentication(), gone);
    const two = await stack.credential(
      provider.authentication({ scopes: ['openid', 'offline_access', 'email'] }),
      gone,
    );
    for (const each of [one, two]) for (const call of [gone, other]) await signIn(each, call, 'ada');
    const tokens = await Promise.all([one, two].map((of) => tokenOf(of, gone)));
    const owner = { kind: 'token', id: gone.principal.id } as const;
    const weak = callOf(gone.org, ['members:write']);
    await expect(stack.gateway.request(forgetGrantsOf, owner, weak)).rejects.toMatchObject({ slug: 'missing-scope' });
    expect(await stack.gateway.request(forgetGrantsOf, owner, other)).toEqual({ forgotten: 2, left: 0 });
    for (const token of tokens) expect(await provider.accountOf(token)).toBeUndefined();
    for (const each of [one, two]) {
      await expect(stack.lease(each, gone)).rejects.toMatchObject({ slug: 'consent-required' });
      expect(await whose(each, other)).toBe('ada');
    }
    expect(await stack.gateway.request(forgetGrantsOf, owner, other)).toEqual({ forgotten: 0, left: 0 });
  });
});

describe('a grant that somebody agreed to', () => {
  it('is forgotten here and at the provider, also by who agreed before the credential was changed', async () => {
    const call = callOf();
    const of = await stack.credential(provider.authentication(), call);
    await signIn(of, call, 'ada');
    const token = await tokenOf(of, call);
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
    await signIn(of, call, 'ada');
    const old = await tokenOf(of, call);
    const changed = await changedFrom(of, call);
    // Signed in anew before anybody has asked for the old grant under the new credential.
    await signIn(changed, call, 'ada');
    const fresh = await tokenOf(changed, call);
    await stack.letPass(of.credentialId, 3_601);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let isAsked = false;
    provider.instead = async (request, response) => {
      isAsked = true;
      await held;
      await provider.pass(request, response);
    };
    const refreshing = stack.lease(of, call).catch(() => undefined);
    while (!isAsked) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await forget(changed, call)).toEqual({ revokedAtProvider: true });
    provider.instead = undefined;
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
    await signIn(of, call, 'ada');
    const changed = await changedFrom(of, call);
    await signIn(changed, call, 'grace');
    expect([await whose(changed, call), await whose(of, call)]).toEqual(['grace', 'ada']);
  });
});
