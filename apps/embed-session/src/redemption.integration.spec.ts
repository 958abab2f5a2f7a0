import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isProblem } from '@pontage/problems';
import { startStack, type Stack } from '@pontage/testkit';
import type pg from 'pg';
import { migrateEmbedSession, startEmbedSession, type EmbedSessionProcess } from './testing/embed-session-process.js';
import { Embedder } from './testing/embedder.js';
import { makeEventStream, Registry, type Tenant } from './testing/registry.js';
import { connectSuperuser, eventsOf, eventually } from './testing/watched.js';

const processCount = 4;
let stack: Stack;
let services: EmbedSessionProcess[];
let registry: Registry;
let gateways: Embedder[];
let superuser: pg.Client;

beforeAll(async () => {
  stack = await startStack();
  migrateEmbedSession(stack);
  await makeEventStream(stack);
  registry = await Registry.open(await stack.busOf('resource-registry'));
  services = await Promise.all(Array.from({ length: processCount }, () => startEmbedSession(stack)));
  gateways = await Promise.all(
    Array.from({ length: processCount }, async () => new Embedder(await stack.busOf('gateway'))),
  );
  superuser = await connectSuperuser(stack);
}, 60_000);
afterAll(async () => {
  await superuser.end();
  await Promise.all(services.map((service) => service.kill()));
  registry.stop();
  await stack.stop();
});

const gatewayOf = (index: number): Embedder => gateways[index % processCount] as Embedder;

/** So many redemptions of one nonce at the same time, from every gateway: what each was told. */
function rush(tenant: Tenant, nonce: string, count: number): Promise<string[]> {
  const tries = Array.from({ length: count }, async (_, index) => {
    try {
      return (await gatewayOf(index).redeem(tenant.org, nonce)).sessionId;
    } catch (error) {
      if (!isProblem(error)) throw error;
      return error.slug;
    }
  });
  return Promise.all(tries);
}

const sessionsOf = async (org: string): Promise<number> =>
  (await superuser.query('SELECT FROM embed_session WHERE org = $1', [org])).rowCount ?? 0;
const isSession = (told: string): boolean => /^[0-9a-f-]{36}$/.test(told);

describe('redemption', () => {
  it('opens one session for 200 callers at once, 50 times', async () => {
    const counts = { sessions: 0, redeemed: 0, unavailable: 0, other: 0 };
    for (let round = 0; round < 50; round += 1) {
      const tenant = await registry.addTenant();
      const told = await rush(tenant, await gatewayOf(round).mint(tenant), 200);
      counts.sessions += told.filter(isSession).length;
      counts.redeemed += told.filter((each) => each === 'embed-url-redeemed').length;
      counts.unavailable += told.filter((each) => each === 'unavailable').length;
      expect(await sessionsOf(tenant.org)).toBe(1);
    }
    counts.other = 50 * 200 - counts.sessions - counts.redeemed - counts.unavailable;
    console.log(`50 rounds of 200: ${JSON.stringify(counts)}`);
    // On a machine that is busy with something else a refusal may come too late, which opens nothing either.
    expect(counts).toMatchObject({ sessions: 50, other: 0 });
    expect(counts.unavailable).toBeLessThan(500);
  }, 300_000);

  it('tells of each refusal once', async () => {
    const tenant = await registry.addTenant();
    await rush(tenant, await gatewayOf(0).mint(tenant), 50);
    const actions = (await eventsOf(stack, tenant.org)).map(({ action }) => action).sort();
    expect(actions).toEqual([
      'embed-url.minted',
      'embed-url.redeemed',
      ...Array.from({ length: 49 }, () => 'embed-url.refused'),
    ]);
  });

  it('never opens two when a process, or PostgreSQL, is killed in the middle', async () => {
    const tally = { rounds: 0, told: 0, opened: 0 };
    for (let round = 0; round < 10; round += 1) {
      const tenant = await registry.addTenant();
      const nonce = await gatewayOf(round).mint(tenant);
      const rushing = rush(tenant, nonce, 60);
      await sleep(5 + 7 * round);
      if (round % 2 === 0) await services[round % processCount]?.kill();
      else await stack.killPostgres();
      const told = await rushing;
      if (round % 2 === 0) services[round % processCount] = await startEmbedSession(stack);
      else {
        await stack.restartPostgres();
        superuser = await connectSuperuser(stack);
      }
      // Whoever asks afterwards opens the session that nobody got, or none.
      const afterwards = await rush(tenant, nonce, 20);
      const opened = await sessionsOf(tenant.org);
      expect(opened).toBe(1);
      expect([...told, ...afterwards].filter(isSession).length).toBeLessThanOrEqual(1);
      // A killed process leaves the event in the outbox; whoever lives tells of it.
      const redeemed = await eventually(async () => {
        const events = (await eventsOf(stack, tenant.org)).filter(({ action }) => action === 'embed-url.redeemed');
        return events.length > 0 ? events : undefined;
      });
      expect(redeemed).toHaveLength(1);
      tally.rounds += 1;
      tally.told += [...told, ...afterwards].filter(isSession).length;
      tally.opened += opened;
    }
    console.log(JSON.stringify(tally));
  }, 300_000);
});
