import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { OAuthProvider } from '@pontage/testkit';
import { callOf, type BrokerStack } from '../broker.fixture.js';
import { People } from '../consent/people.fixture.js';

let people: People;
let stack: BrokerStack;
let provider: OAuthProvider;
beforeAll(async () => {
  people = await People.start();
  ({ stack, provider } = people);
  stack.anyBroker.idle.start();
});
afterAll(() => people[Symbol.asyncDispose]());
afterEach(() => {
  provider.instead = undefined;
});

const lifeSeconds = 3_600;
const on = { ahead: true, onDemand: true, background: true };

/** Somebody who has signed in with this manner of refreshing, and has a token in use. */
async function signedIn(refresh: Partial<typeof on>) {
  const call = callOf();
  const of = await stack.credential(provider.authentication({ refresh: { ...on, ...refresh } }), call);
  await people.signIn(of, call, 'ada');
  await stack.lease(of, call);
  const before = provider.refreshes.granted;
  return {
    of,
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

  /** Seconds until it is due; null: never. */
  const dueIn = async (credentialId: string): Promise<number | null> => {
    const [row] = await stack.sql<{ seconds: string | null }>(
      'SELECT extract(epoch FROM refresh_at - clock_timestamp()) AS seconds FROM issued_grant WHERE credential_id = $1',
      [credentialId],
    );
    return typeof row?.seconds === 'string' ? Number(row.seconds) : null;
  };

  it('leaves alone what is of no use any more, until somebody asks', async () => {
    const { of, pass, refreshes } = await signedIn({});
    await stack.sql(`UPDATE issued_grant SET input = 'another' WHERE credential_id = $1`, [of.credentialId]);
    await pass(lifeSeconds - 60);
    expect([await refreshes(), await dueIn(of.credentialId)]).toEqual([0, null]);
  });

  it('tries once a day for somebody who has not come for a day, however the provider is', async () => {
    const { of, pass, refreshes } = await signedIn({});
    provider.instead = (_, response) => void response.writeHead(503).end();
    await pass(2 * 24 * 3_600);
    expect([await refreshes(), (await dueIn(of.credentialId)) ?? 0]).toEqual([0, expect.any(Number)]);
    expect(await dueIn(of.credentialId)).toBeGreaterThan(23 * 3_600);
  });
});
