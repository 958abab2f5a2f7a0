import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PressedUpstream } from './pressed-upstream.js';
import { figure } from '@pontage/testkit';

let pressed: PressedUpstream;

beforeAll(async () => {
  pressed = await PressedUpstream.start();
}, 90_000);
afterAll(() => pressed?.stop(), 30_000);

interface Region {
  readonly id: string;
  readonly breakers: readonly { readonly resource: string; readonly state: string }[];
  readonly openBreakers: number | null;
}

async function regions(token?: string): Promise<Region[]> {
  const response = await pressed.pontage.fetch('/api/v1/regions', token === undefined ? {} : { token });
  return ((await response.json()) as { data: Region[] }).data;
}

async function newToken(json: Record<string, unknown>): Promise<string> {
  const response = await pressed.pontage.fetch('/api/v1/tokens', { method: 'POST', json });
  if (response.status !== 201) throw new Error(await response.text());
  return ((await response.json()) as { token: string }).token;
}

/** Asks one after the other, so that each hears of how the one before has ended. */
async function ask(resource: string, path: string, times: number) {
  const answers = [];
  for (let query = 0; query < times; query += 1) {
    answers.push(await pressed.query(resource, { path }));
    await sleep(20);
  }
  return answers;
}

describe('the circuit breaker', () => {
  it('keeps queries from an upstream that fails, and lets them out again when it has recovered', async () => {
    const resource = await pressed.resource({ region: 'us-west-2' });
    const path = `/recovering/${randomUUID()}?at=${Date.now() + 6_000}`;
    const answers = await ask(resource, path, 60);
    const open = answers.filter(({ json }) => json.code === 'circuit-open');
    figure(
      `breaker: ${answers.length} queries of a failing upstream, it received ${pressed.received(path).length}, ${open.length} were refused here`,
    );
    expect(pressed.received(path)).toHaveLength(10);
    expect(open).toHaveLength(50);
    for (const { http, retryAfter } of open) {
      expect(http).toBe(503);
      expect(retryAfter).toBeGreaterThanOrEqual(1);
      expect(retryAfter).toBeLessThanOrEqual(5);
    }
    await sleep(7_000);
    const after = await ask(resource, path, 10);
    expect(after.map(({ json }) => json.status)).toEqual(Array.from({ length: 10 }, () => 200));
  }, 60_000);

  it('lets one query through when its time is over, and no other while that is asked', async () => {
    const resource = await pressed.resource();
    await ask(resource, '/status/503?trial', 10);
    await sleep(5_500);
    const path = `/slow-head?ms=1500&${randomUUID()}`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => pressed.query(resource, { path })));
    figure(`breaker half open: 8 queries at once, upstream received ${pressed.received(path).length}`);
    expect(pressed.received(path)).toHaveLength(1);
    expect(answers.filter(({ json }) => json.code === 'circuit-open')).toHaveLength(7);
    await sleep(100);
    expect((await pressed.query(resource, { path: '/echo' })).json.status).toBe(200);
  }, 30_000);

  it('is of one resource and one region, and a test goes through it', async () => {
    const [failing, other] = [await pressed.resource(), await pressed.resource()];
    await ask(failing, '/status/502?apart', 11);
    expect((await pressed.query(failing, { path: '/echo' })).json.code).toBe('circuit-open');
    expect((await pressed.query(other, { path: '/echo' })).json.status).toBe(200);
    const test = await pressed.pontage.fetch(`/api/v1/resources/${failing}/test`, { method: 'POST', json: {} });
    expect(await test.json()).toMatchObject({ ok: true });
    await pressed.pontage.fetch(`/api/v1/resources/${failing}`, { method: 'PATCH', json: { region: 'eu-central-1' } });
    expect((await pressed.query(failing, { path: '/echo' })).json.status).toBe(200);
  }, 30_000);

  it('of a resource is forgotten when the resource is changed, and not shown any more', async () => {
    const resource = await pressed.resource({ region: 'us-west-2' });
    await ask(resource, '/status/503?changed', 11);
    expect((await pressed.query(resource, { path: '/echo' })).json.code).toBe('circuit-open');
    await pressed.pontage.fetch(`/api/v1/resources/${resource}`, { method: 'PATCH', json: { description: 'mended' } });
    expect((await pressed.query(resource, { path: '/echo' })).json.status).toBe(200);
    await sleep(2_500);
    expect((await regions()).flatMap(({ breakers }) => breakers.map((each) => each.resource))).not.toContain(resource);
  }, 30_000);

  it('has nothing against answers that are no failures, nor against callers who give no time', async () => {
    const resource = await pressed.resource();
    await ask(resource, '/status/500?fine', 12);
    await ask(resource, '/status/404?fine', 12);
    await Promise.all(
      Array.from({ length: 12 }, () => pressed.query(resource, { path: '/slow-head?ms=2000', timeoutMs: 100 })),
    );
    expect((await pressed.query(resource, { path: '/echo' })).json.status).toBe(200);
  }, 30_000);

  it('shows whose it is to its organisation, and the number of all to operators', async () => {
    const resource = await pressed.resource({ region: 'eu-central-1' });
    await ask(resource, '/status/504?shown', 11);
    await sleep(2_500);
    const shown = (all: Region[]) => all.find(({ id }) => id === 'eu-central-1');
    expect(shown(await regions())).toMatchObject({
      breakers: expect.arrayContaining([expect.objectContaining({ resource, state: 'open' })]),
    });
    expect(shown(await regions())?.openBreakers).toBeGreaterThanOrEqual(1);
    const reader = await newToken({ name: 'reader', scopes: ['regions:read'] });
    expect(shown(await regions(reader))?.breakers.map((each) => each.resource)).toContain(resource);
    expect(shown(await regions(reader))?.openBreakers).toBeNull();
    const { id } = (await (
      await pressed.pontage.fetch('/api/v1/groups', { method: 'POST', json: { name: 'few' } })
    ).json()) as { id: number };
    const restricted = await newToken({ name: 'restricted', scopes: ['regions:read'], groupIds: [id] });
    expect(shown(await regions(restricted))).toMatchObject({ breakers: [], openBreakers: null });
  }, 30_000);
});
