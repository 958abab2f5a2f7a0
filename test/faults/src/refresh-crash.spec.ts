import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { figure, OAuthProvider, openSignIn, startPontage, type Pontage } from '@pontage/testkit';
import pg from 'pg';
import { endOf, kill, replaced } from './signal-process.js';

/** How many grants are in the air when the broker is killed. */
const grants = 20;
/** Longer than an attempt in the air is believed in. */
const forgottenMs = 15_000;
const lifeSeconds = 8;
const slowMs = 30_000;

let provider: OAuthProvider;
let pontage: Pontage;
let upstream: string;

beforeAll(async () => {
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
  provider = await OAuthProvider.start([`${pontage.url}/oauth/callback`]);
  upstream = provider.origin;
}, 120_000);
afterAll(async () => {
  await pontage?.stop();
  await provider?.[Symbol.asyncDispose]();
}, 30_000);
beforeEach(() => {
  provider.instead = undefined;
});

const users = Array.from({ length: grants }, (_, index) => `user-${index + 1}`);

const post = (path: string, user: string, json: object = {}) =>
  pontage.fetch(path, { method: 'POST', json, headers: { 'pontage-user': user } });

/** A query of a user: the provider's own userinfo is the upstream. */
async function query(name: string, user: string): Promise<string> {
  const answer = await post(`/api/v1/resources/${name}/query`, user, { path: '/me' });
  const json = (await answer.json()) as { code?: string; status?: number; body?: { sub?: string } };
  return json.code ?? (json.status === 200 ? String(json.body?.sub) : String(json.status));
}

async function signIn(name: string, user: string): Promise<void> {
  const started = (await (await post(`/api/v1/resources/${name}/auth/start`, user)).json()) as { url: string };
  const { location, comesBack } = await openSignIn(started.url);
  expect((await comesBack(await provider.signIn(location, user))).status).toBe(200);
}

/** A resource that each of its users signs in to. Returns its name. */
async function save(refresh: object): Promise<string> {
  const name = `resource-${randomUUID()}`;
  const authentication = provider.authentication({ scopes: ['openid', 'offline_access'], refresh });
  const saved = await pontage.fetch('/api/v1/resources', {
    method: 'POST',
    json: { name, baseUrl: upstream, authentication },
  });
  expect(saved.status).toBe(201);
  return name;
}

/** A resource whose users have all signed in, and whose tokens are over. Returns its name. */
async function expired(who = users): Promise<string> {
  const name = await save({ ahead: false, background: false });
  provider.ttl = lifeSeconds;
  for (const user of who) await signIn(name, user);
  await sleep(lifeSeconds * 1_000 + 500);
  provider.ttl = 3_600;
  return name;
}

/** Asks until nobody is told to wait, as clients do. `told` is what they were told meanwhile. */
async function outcomes(name: string, who = users, told = new Set<string>()): Promise<string[]> {
  const giveUpAt = Date.now() + 60_000;
  return Promise.all(
    who.map(async (user) => {
      for (;;) {
        const outcome = await query(name, user).catch(() => 'no answer');
        const isFinal = outcome === user || outcome === 'consent-required' || Date.now() > giveUpAt;
        if (isFinal) return outcome;
        told.add(outcome);
        await sleep(500);
      }
    }),
  );
}

/** As if that time had passed for all grants. */
async function letPass(seconds: number): Promise<void> {
  const client = new pg.Client(pontage.processes().databaseUrl);
  await client.connect();
  await client.query(
    `UPDATE auth_broker.issued_grant SET acquired_at = acquired_at - $1 * interval '1 second', expires_at = expires_at - $1 * interval '1 second'`,
    [seconds],
  );
  await client.end();
}

async function killBroker(): Promise<void> {
  const { pid } = pontage.processOf('auth-broker');
  kill({ pid });
  while (pontage.processes().processes.some((each) => each.pid === pid)) await sleep(50);
}

const refreshesSince = (from: number) => {
  const asked = provider.tokenRequests.slice(from).filter(({ grantType }) => grantType === 'refresh_token');
  return { asked: asked.length, refused: asked.filter(({ status }) => status >= 400).length };
};

/** Holds what passes through the token endpoint, before the provider has seen it or after it has answered. */
function holding(when: 'before' | 'after'): { readonly held: () => number; readonly release: () => void } {
  const waiting: (() => void)[] = [];
  provider.instead = async (request: IncomingMessage, response: ServerResponse) => {
    if (when === 'before') {
      // Whoever waits for it is killed: the provider never sees it.
      waiting.push(() => request.socket.destroy());
      return;
    }
    const end = response.end.bind(response);
    response.end = ((...args: Parameters<typeof end>) => {
      waiting.push(() => end(...args));
      return response;
    }) as typeof response.end;
    await provider.pass(request, response);
  };
  return {
    held: () => waiting.length,
    release: () => {
      provider.instead = undefined;
      for (const go of waiting) go();
    },
  };
}

describe('promise 12: kill -9 of the broker that refreshes', () => {
  it('before the provider has seen it: the same refresh token is good, and is used once', async () => {
    const name = await expired();
    const from = provider.tokenRequests.length;
    const { held, release } = holding('before');
    const asking = users.map((user) => query(name, user).catch(() => 'no answer'));
    while (held() < grants) await sleep(20);
    await killBroker();
    release();
    const begun = Date.now();
    const ended = await outcomes(name);
    const tookMs = Date.now() - begun;
    await Promise.all(asking);
    const { refused } = refreshesSince(from);
    figure(
      `promise 12, before it was sent: ${ended.filter((outcome, index) => outcome === users[index]).length} of ${grants} go on, after ${tookMs} ms, ${refused} refreshes refused`,
    );
    expect(ended).toEqual(users);
    expect(refused).toBe(0);
    expect(tookMs).toBeLessThan(forgottenMs);
  }, 180_000);

  it('after the provider has answered: somebody has to sign in again, nobody asks in a loop, and they can', async () => {
    const name = await expired();
    const from = provider.tokenRequests.length;
    const { held, release } = holding('after');
    const asking = users.map((user) => query(name, user).catch(() => 'no answer'));
    while (held() < grants) await sleep(20);
    await killBroker();
    release();
    const ended = await outcomes(name);
    await Promise.all(asking);
    for (let again = 0; again < 3; again += 1) expect(await outcomes(name)).toEqual(ended);
    const { asked, refused } = refreshesSince(from);
    figure(
      `promise 12, sent and not stored: ${ended.filter((outcome) => outcome === 'consent-required').length} of ${grants} have to sign in again; ${asked} token requests in all, ${refused} refused`,
    );
    expect(ended).toEqual(users.map(() => 'consent-required'));
    expect([asked, refused]).toEqual([2 * grants, grants]);
    await signIn(name, 'user-1');
    expect(await query(name, 'user-1')).toBe('user-1');
  }, 180_000);

  it('after it was stored: the new token is used, and nothing is asked again', async () => {
    const name = await expired();
    const from = provider.tokenRequests.length;
    const answered = await Promise.all(users.map((user) => query(name, user)));
    await killBroker();
    const ended = await outcomes(name);
    const { asked, refused } = refreshesSince(from);
    figure(
      `promise 12, stored: ${ended.filter((outcome, index) => outcome === users[index]).length} of ${grants} go on, ${asked} refreshes, ${refused} refused`,
    );
    expect([answered, ended]).toEqual([users, users]);
    expect([asked, refused]).toEqual([grants, 0]);
  }, 180_000);
});

describe('promise 12: a broker that is told to end', () => {
  it('waits for the token that it has asked for, though no query does', async () => {
    const name = await save({ background: false });
    provider.ttl = 3_600;
    await signIn(name, 'user-1');
    await letPass(3_400);
    const from = provider.tokenRequests.length;
    const { held, release } = holding('after');
    const broker = pontage.processOf('auth-broker');
    expect(await query(name, 'user-1')).toBe('user-1');
    while (held() < 1) await sleep(20);
    process.kill(broker.pid, 'SIGTERM');
    await replaced(pontage, broker);
    await sleep(2_000);
    release();
    await endOf(broker, 15_000);
    // What was stored under way is over now: a token that was lost would be asked for with a refresh token that is spent.
    await letPass(3_601);
    await sleep(6_000);
    const outcome = await query(name, 'user-1');
    const { asked, refused } = refreshesSince(from);
    figure(
      `promise 12, SIGTERM while a token is on its way: the user's next query ${outcome}, ${refused} refreshes refused`,
    );
    expect([outcome, asked, refused]).toEqual(['user-1', 2, 0]);
  }, 60_000);
});

describe('promise 12: a provider that is slow', () => {
  it('is waited for: one that rotates refresh tokens has spent ours long before it answers', async () => {
    const who = users.slice(0, 5);
    const name = await expired(who);
    const from = provider.tokenRequests.length;
    const { release } = holding('after');
    setTimeout(release, slowMs);
    const told = new Set<string>();
    const ended = await outcomes(name, who, told);
    const { asked, refused } = refreshesSince(from);
    figure(
      `promise 12, the provider takes ${slowMs / 1_000} s: ${ended.filter((outcome, index) => outcome === who[index]).length} of ${who.length} go on, told ${[...told].join(', ')} meanwhile; ${asked} token requests, ${refused} refused`,
    );
    expect(ended).toEqual(who);
    expect([...told]).toEqual(['lease-unavailable']);
    expect([asked, refused]).toEqual([who.length, 0]);
  }, 120_000);
});

describe('promise 12: a provider that fails', () => {
  it.each([
    ['answers 500', 500, {}],
    ['answers 429 with Retry-After', 429, { 'retry-after': '3' }],
  ])(
    '%s is asked less and less, and revokes nothing',
    async (what, status, headers) => {
      const name = await expired();
      const from = provider.tokenRequests.length;
      provider.instead = (_, response) =>
        void response
          .writeHead(status, { 'content-type': 'application/json', ...headers })
          .end('{"error":"server_error"}');
      const until = Date.now() + 8_000;
      const told = new Set<string>();
      while (Date.now() < until) told.add(await query(name, 'user-1'));
      const { asked } = refreshesSince(from);
      provider.instead = undefined;
      const begun = Date.now();
      const recovered = await (async () => {
        for (;;) {
          const outcome = await query(name, 'user-1');
          if (outcome === 'user-1' || Date.now() - begun > 30_000) return outcome;
          await sleep(200);
        }
      })();
      figure(
        `promise 12, the provider ${what} for 8 s: ${asked} token requests for one grant, queries told ${[...told].join(', ')}; recovered after ${Date.now() - begun} ms`,
      );
      expect([...told]).toEqual(['token-endpoint-failed']);
      expect(asked).toBeLessThanOrEqual(5);
      expect(recovered).toBe('user-1');
    },
    120_000,
  );
});
