import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { forgetCallersGrant } from '@pontage/contracts/auth-broker';
import { figure, type OAuthProvider } from '@pontage/testkit';
import { callOf, type BrokerStack } from '../broker.fixture.js';
import { someAtOnce } from '../some-at-once.js';
import { People } from './people.fixture.js';

const brokers = 4;
const callersEach = 250;
const rounds = 50;
const racers = 100;

let people: People;
let stack: BrokerStack;
let provider: OAuthProvider;
beforeAll(async () => {
  people = await People.start(brokers);
  ({ stack, provider } = people);
}, 120_000);
afterAll(() => people[Symbol.asyncDispose]());
beforeEach(() => {
  provider.instead = undefined;
});

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
/** One after the other would take minutes, and all at once is another test. */
const tenAtOnce = <T, R>(items: readonly T[], run: (item: T) => Promise<R>) => someAtOnce(items, 10, run);

describe('promise 11: an expired token that everybody needs', () => {
  it('is refreshed once, at a provider that revokes everything when a refresh token comes twice', async () => {
    const call = callOf();
    const of = await stack.credential(
      provider.authentication({ share: 'everyone', refresh: { background: false } }),
      call,
    );
    await people.signIn(of, call, 'ada');
    await stack.lease(of, call);
    const before = provider.refreshes;
    let answered = 0;
    for (let round = 1; round <= rounds; round += 1) {
      await stack.letPass(of.credentialId, 3_601);
      const calls = range(brokers * callersEach).map(() => callOf(call.org));
      const leases = await Promise.all(calls.map((each) => stack.lease(of, each)));
      answered += leases.filter(({ grant }) => grant?.version === round + 1).length;
    }
    const { granted, refused } = provider.refreshes;
    figure(
      `promise 11: ${brokers} brokers × ${callersEach} callers × ${rounds} rounds: ${granted - before.granted} refreshes, ${refused} refused, ${brokers * callersEach * rounds - answered} callers without the new token`,
    );
    expect([granted - before.granted, refused, answered]).toEqual([rounds, 0, brokers * callersEach * rounds]);
  }, 240_000);

  it('does not hold up the grant of somebody else', async () => {
    const [one, other] = [callOf(), callOf()];
    other.org = one.org;
    const of = await stack.credential(provider.authentication({ refresh: { background: false } }), one);
    await people.signIn(of, one, 'ada');
    await people.signIn(of, other, 'grace');
    await stack.letPass(of.credentialId, 3_600);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let first = true;
    provider.instead = async (request, response) => {
      const waits = first;
      first = false;
      if (waits) await held;
      await provider.pass(request, response);
    };
    const slow = stack.lease(of, one);
    while (first) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await people.whose(of, other)).toBe('grace');
    release();
    await slow;
    expect(await people.whose(of, one)).toBe('ada');
  });
});

describe('promise 13: what people do while a refresh is under way', () => {
  it('counts: who signs in anew has the new grant, and who disconnects has none', async () => {
    const org = callOf().org;
    const calls = range(2 * racers).map(() => callOf(org));
    // Without a revocation endpoint, so that every refresh succeeds at the provider, and has to be of no use.
    const urls = {
      issuer: undefined,
      authorizationUrl: `${provider.origin}/auth`,
      tokenUrl: `${provider.origin}/token`,
    };
    const of = await stack.credential(provider.authentication({ ...urls, refresh: { background: false } }), calls[0]!);
    await tenAtOnce(calls, (call) => people.signIn(of, call, 'before'));
    await stack.letPass(of.credentialId, 3_600);

    // Every refresh has left, and none is answered, before anybody does anything.
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let waiting = 0;
    provider.instead = async (request, response) => {
      const isRefresh = String((request as { body?: string }).body).includes('refresh_token');
      if (isRefresh) {
        waiting += 1;
        await held;
      }
      await provider.pass(request, response);
    };
    const refreshing = calls.map((call) => stack.lease(of, call).catch(() => undefined));
    while (waiting < calls.length) await new Promise((resolve) => setTimeout(resolve, 20));
    const [again, gone] = [calls.slice(0, racers), calls.slice(racers)];
    await tenAtOnce(again, (call) => people.signIn(of, call, 'after'));
    await tenAtOnce(gone, (call) => {
      return stack.proxy.request(forgetCallersGrant, { ...people.placeOf(of, call), mayEdit: false }, call);
    });
    const before = provider.refreshes.granted;
    release();
    await Promise.all(refreshing);
    while (provider.tokenRequests.some(({ status }) => status === 0))
      await new Promise((resolve) => setTimeout(resolve, 20));
    const useless = provider.refreshes.granted - before;
    provider.instead = undefined;

    const renewed = await tenAtOnce(again, (call) => people.whose(of, call));
    const revived = await tenAtOnce(gone, (call) =>
      stack.lease(of, call).then(
        () => 'held',
        ({ slug }: { slug: string }) => slug,
      ),
    );
    const newest = renewed.filter((account) => account === 'after').length;
    const ended = revived.filter((outcome) => outcome === 'consent-required').length;
    figure(
      `promise 13: ${newest} of ${racers} new sign-ins won over a refresh under way, ${ended} of ${racers} disconnections; ${useless} refreshes came back too late`,
    );
    expect([newest, ended, useless]).toEqual([racers, racers, 2 * racers]);
  }, 180_000);
});
