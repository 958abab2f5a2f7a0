import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  figure,
  OAuthProvider,
  openSignIn,
  startFurther,
  startPontage,
  type Further,
  type Pontage,
} from '@pontage/testkit';
import pg from 'pg';

/** Gateways, query-proxies and brokers: of each so many. */
const processes = 4;
const callersEach = 250;
/** By the clock, which has to be waited for; in the rest the upstream refuses what it took before. */
const roundsByClock = 2;
const rounds = Number(process.env.PONTAGE_TEST_REFRESH_ROUNDS ?? 10);
const shortSeconds = 15;

let pontage: Pontage;
let provider: OAuthProvider;
let upstream: Server;
let further: Further[] = [];
let gateways: string[];
const user = 'ada';
let name: string;
/** Tokens that the upstream takes no more. */
const spent = new Set<string>();
const taken = new Map<string, string>();

beforeAll(async () => {
  // One resource alone gets a third of a worker: what the four gateways are asked at once is to fit in.
  const capacity = String(4 * processes * callersEach);
  pontage = await startPontage({
    env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8', PONTAGE_EGRESS_CAPACITY: capacity },
  });
  for (const service of ['auth-broker', 'query-proxy', 'gateway'] as const)
    for (let count = 1; count < processes; count += 1) further = [...further, await startFurther(pontage, service)];
  gateways = [pontage.url, ...further.slice(1 - processes).map(({ url }) => url)];
  provider = await OAuthProvider.start([`${pontage.url}/oauth/callback`]);
  upstream = createServer((request, response) => {
    void whose(request.headers.authorization).then((account) =>
      response
        .writeHead(account === undefined ? 401 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ account })),
    );
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
}, 180_000);
afterAll(async () => {
  await Promise.all(further.map((each) => each[Symbol.asyncDispose]()));
  await pontage?.stop();
  await provider?.[Symbol.asyncDispose]();
  upstream?.closeAllConnections();
  upstream?.close();
}, 60_000);

async function whose(authorization = ''): Promise<string | undefined> {
  const token = authorization.replace(/^Bearer /, '');
  if (spent.has(token)) return undefined;
  const account = taken.get(token) ?? (await provider.accountOf(token));
  if (account !== undefined) taken.set(token, account);
  return account;
}

const post = (base: string, path: string, json: object) =>
  pontage.fetch(new URL(path, base).href, { method: 'POST', json, headers: { 'pontage-user': user } });

/** How often somebody was told (503) to come again: two cores, all processes and a thousand callers on them at once stall now and then. */
let again = 0;

/** What becomes of a query, asked again as clients do while the answer is to come again: `ok` when the upstream has seen the user's own token. */
async function query(base: string): Promise<string> {
  for (const until = performance.now() + 20_000; ; again += 1) {
    const answer = await post(base, `/api/v1/resources/${name}/query`, { path: '/' });
    const { code, status, body } = (await answer.json()) as {
      code?: string;
      status?: number;
      body?: { account?: string };
    };
    if (body?.account === user) return 'ok';
    if (answer.status !== 503 || performance.now() > until) return code ?? `upstream ${status}`;
    await sleep(1_000 * Number(answer.headers.get('retry-after') ?? 1));
  }
}

/** As if a minute had passed, and the upstream took the token no more: one that is refused young is not replaced each time. */
async function isRefused(): Promise<void> {
  const client = new pg.Client(pontage.processes().databaseUrl);
  await client.connect();
  await client.query(`UPDATE auth_broker.issued_grant SET acquired_at = acquired_at - interval '61 seconds'`);
  await client.end();
  for (const token of taken.keys()) spent.add(token);
}

async function signIn(): Promise<void> {
  const { url } = (await (await post(pontage.url, `/api/v1/resources/${name}/auth/start`, {})).json()) as {
    url: string;
  };
  const { location, comesBack } = await openSignIn(url);
  expect((await comesBack(await provider.signIn(location, user))).status).toBe(200);
}

it(
  'is refreshed once, and every query that met it is answered',
  async () => {
    name = `calendar-${randomUUID().slice(0, 8)}`;
    const json = {
      name,
      timeoutMs: 30_000,
      baseUrl: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
      authentication: provider.authentication({ refresh: { ahead: false, background: false } }),
    };
    expect((await pontage.fetch('/api/v1/resources', { method: 'POST', json })).status).toBe(201);
    provider.ttl = shortSeconds;
    await signIn();
    // Each process has the token, and knows the way.
    for (const base of gateways) for (let count = 0; count < 3 * processes; count += 1) await query(base);
    const before = provider.refreshes;
    again = 0;
    const endings = new Map<string, number>();
    let slowestMs = 0;
    for (let round = 0; round < rounds; round += 1) {
      if (round < roundsByClock) await sleep(shortSeconds * 1_000);
      else await isRefused();
      if (round === roundsByClock - 1) provider.ttl = 3_600;
      const begunAt = performance.now();
      const asked = gateways.flatMap((base) => Array.from({ length: callersEach }, () => query(base)));
      for (const ending of await Promise.all(asked)) endings.set(ending, (endings.get(ending) ?? 0) + 1);
      slowestMs = Math.max(slowestMs, performance.now() - begunAt);
    }
    const { granted, refused } = provider.refreshes;
    figure(
      `promise 11: ${processes} gateways, query-proxies and brokers, ${processes} × ${callersEach} queries at once × ${rounds} rounds (${roundsByClock} by the clock): ${granted - before.granted} refreshes, ${refused} refused; ${JSON.stringify(Object.fromEntries(endings))}, ${again} were told to come again; the slowest round took ${slowestMs.toFixed(0)} ms`,
    );
    expect(Object.fromEntries(endings)).toEqual({ ok: processes * callersEach * rounds });
    expect([granted - before.granted, refused - before.refused]).toEqual([rounds, 0]);
    expect(again).toBeLessThan((processes * callersEach * rounds) / 50);
  },
  (roundsByClock * shortSeconds + rounds * 10 + 30) * 1_000,
);
