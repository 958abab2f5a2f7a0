import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OAuthProvider } from '@pontage/testkit';
import { BrokerStack, callOf, redirectUri } from '../broker.fixture.js';

let stack: BrokerStack;
let provider: OAuthProvider;
beforeAll(async () => {
  [stack, provider] = await Promise.all([BrokerStack.start(), OAuthProvider.start([redirectUri])]);
  const { idle } = await stack.broker();
  idle.start();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const lifeSeconds = 3_600;
const on = { ahead: true, onDemand: true, background: true };

/** Somebody who has signed in with this manner of refreshing, and has a token in use. */
async function signedIn(refresh: Partial<typeof on>) {
  const call = callOf();
  const of = await stack.credential(provider.authentication({ refresh: { ...on, ...refresh } }), call);
  const { url, complete } = await stack.signIn(of, call);
  expect(await complete(await provider.signIn(url, 'ada'))).toMatchObject({ failure: null });
  await stack.lease(of, call);
  const before = provider.refreshes.granted;
  return {
    pass: (seconds: number) => stack.letPass(of.credentialId, seconds),
    lease: (refusedGrantVersion?: number) =>
      stack.lease(of, call, refusedGrantVersion === undefined ? {} : { refusedGrantVersion }),
    /** Refreshes since then, when whoever would refresh has had the time. */
    refreshes: async () => {
      await sleep(2_500);
      return provider.refreshes.granted - before;
    },
  };
}

describe('refreshing ahead', () => {
  it.each([
    [true, 1],
    [false, 0],
  ])('%s: a token that is used and about to end is replaced %d times', async (ahead, expected) => {
    const { pass, lease, refreshes } = await signedIn({ ahead, background: false });
    await pass(lifeSeconds - 120);
    expect((await lease()).grant?.version).toBe(1);
    expect(await refreshes()).toBe(expected);
  });
});

describe('refreshing on demand', () => {
  it('replaces a token that is over, and one that was refused', async () => {
    const { pass, lease } = await signedIn({ ahead: false, background: false });
    await pass(lifeSeconds + 1);
    expect((await lease()).grant?.version).toBe(2);
    expect((await lease(2)).grant?.version).toBe(3);
  });

  it('left out, has somebody sign in anew, and keeps a token that was refused', async () => {
    const { pass, lease, refreshes } = await signedIn({ onDemand: false, ahead: false, background: false });
    expect((await lease(1)).grant?.version).toBe(1);
    await pass(lifeSeconds + 1);
    await expect(lease()).rejects.toMatchObject({ slug: 'consent-required' });
    expect(await refreshes()).toBe(0);
  });
});

describe('refreshing in the background', () => {
  it.each([
    [true, 1],
    [false, 0],
  ])('%s: a token that nobody uses is replaced %d times', async (background, expected) => {
    const { pass, refreshes } = await signedIn({ background });
    await pass(lifeSeconds - 60);
    expect(await refreshes()).toBe(expected);
  });
});
