import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ask } from './src/ask.js';
import { startEmbedSetting, type EmbedSetting } from './src/embed-setting.js';
import { figure } from '@pontage/testkit';

let setting: EmbedSetting;
let printed = 0;
const took: number[] = [];

/** What the promise says, from the revocation's answer to the end of what is in hand. */
const withinMs = 1_000;

beforeAll(async () => {
  setting = await startEmbedSetting([]);
  await ask(setting.pontage, 'POST', '/api/v1/resources', {
    name: 'slow',
    baseUrl: setting.upstream.url,
    timeoutMs: 60_000,
  });
  await ask(setting.pontage, 'PUT', `/api/v1/apps/${setting.app}/queries/slow`, {
    resource: 'slow',
    request: { path: '/slow-head', urlParams: [['ms', '30000']] },
  });
}, 90_000);
afterAll(async () => {
  figure(
    `promise 16, in flight: ${printed} requests of revoked callers ended, the slowest ${Math.round(Math.max(...took))} ms after the revocation, their upstream requests with them`,
  );
  await setting?.[Symbol.asyncDispose]();
}, 30_000);
beforeEach(() => setting.upstream.forget());

async function newToken(more: object = {}): Promise<{ id: string; token: string }> {
  const draft = { name: 'a caller', scopes: ['queries:run'], ...more };
  return (await ask<{ id: string; token: string }>(setting.pontage, 'POST', '/api/v1/tokens', draft)).json;
}

/** Waits for the upstream to have `count` requests in hand, revokes, and says how long each of them lasted then. */
async function revoked<T>(asked: readonly Promise<T>[], revoke: () => Promise<unknown>): Promise<T[]> {
  await setting.upstream.received(() => setting.upstream.requests.length >= asked.length);
  await revoke();
  const begun = performance.now();
  const ended = await Promise.all(asked.map((each) => each.finally(() => took.push(performance.now() - begun))));
  await setting.upstream.quiet();
  took.push(performance.now() - begun);
  printed += asked.length;
  expect(performance.now() - begun).toBeLessThan(withinMs);
  return ended;
}

describe('what a caller has in hand ends with his', () => {
  const slowly = (token: string) =>
    ask(setting.pontage, 'POST', '/api/v1/resources/slow/query', { path: '/slow-head?ms=30000' }, { token });

  it('token: queries, with their upstream requests', async () => {
    const { id, token } = await newToken();
    const other = await newToken();
    const others = setting.pontage.fetch('/api/v1/resources/slow/query', {
      method: 'POST',
      json: { path: '/slow-head?ms=1500' },
      token: other.token,
    });
    await setting.upstream.received(({ target }) => target.endsWith('ms=1500'));
    const asked = [slowly(token), slowly(token), slowly(token)];
    await setting.upstream.received(() => setting.upstream.requests.length === 4);
    expect((await ask(setting.pontage, 'DELETE', `/api/v1/tokens/${id}`)).status).toBe(204);
    const begun = performance.now();
    const answers = await Promise.all(asked);
    took.push(performance.now() - begun);
    printed += asked.length;
    expect(performance.now() - begun).toBeLessThan(withinMs);
    for (const { status, json } of answers) expect([status, json.code]).toEqual([401, 'unauthenticated']);
    expect((await others).status).toBe(200);
    await setting.upstream.quiet();
  });

  it('token: a stream that is on its way', async () => {
    const { id, token } = await newToken();
    const answer = await setting.pontage.fetch('/proxy/slow/endless', { token });
    expect(answer.status).toBe(200);
    const drained = (async () => {
      for await (const _ of answer.body ?? []);
    })().then(
      () => 'whole',
      () => 'cut',
    );
    expect(await revoked([drained], () => ask(setting.pontage, 'DELETE', `/api/v1/tokens/${id}`))).toEqual(['cut']);
  });

  it('token, when its time is over', async () => {
    const { token } = await newToken({ expiresAt: new Date(Date.now() + 2_500).toISOString() });
    const { status } = await slowly(token);
    expect(status).toBe(401);
    await setting.upstream.quiet();
  });

  it.each([
    {
      what: 'embed session',
      revoke: async () => {
        const { json } = await ask<{ data: { id: string }[] }>(setting.pontage, 'GET', '/api/v1/embed-sessions');
        for (const { id } of json.data) await ask(setting.pontage, 'DELETE', `/api/v1/embed-sessions/${id}`);
      },
    },
    {
      what: "group's access to the app",
      revoke: () => ask(setting.pontage, 'DELETE', `/api/v1/groups/${setting.group}/apps/${setting.app}`),
    },
  ])('$what', async ({ revoke }) => {
    const cookie = await setting.redeem(await setting.mint());
    const asked = setting.inside('/embedded/api/queries/slow/run', cookie, { method: 'POST', body: '{}' });
    const [answer] = await revoked([asked], revoke);
    expect([answer?.status, ((await answer?.json()) as { code: string }).code]).toEqual([401, 'embed-session-expired']);
  });

  it.each([
    {
      what: 'resource: a query',
      path: () => 'resources/slow',
      begin: (token: string) => slowly(token).then(({ status, json }) => [status, json.code]),
    },
    {
      what: 'app: a saved query',
      path: () => `apps/${setting.app}`,
      begin: async (token: string) => {
        const run = `/api/v1/apps/${setting.app}/queries/slow/run`;
        const { status, json } = await ask(setting.pontage, 'POST', run, {}, { token });
        return [status, json.code];
      },
    },
  ])("group's access to the $what", async ({ path, begin }) => {
    const { json: group } = await ask<{ id: number }>(setting.pontage, 'POST', '/api/v1/groups', {
      name: `callers-${randomUUID()}`,
    });
    const { json: resource } = await ask<{ id: string }>(setting.pontage, 'GET', '/api/v1/resources/slow');
    const access = `/api/v1/groups/${group.id}/${path().replace('slow', resource.id)}`;
    expect((await ask(setting.pontage, 'PUT', access, { access: 'use' })).status).toBeLessThan(300);
    const { token } = await newToken({ groupIds: [group.id] });
    const asked = begin(token);
    expect(await revoked([asked], () => ask(setting.pontage, 'DELETE', access))).toEqual([[404, 'not-found']]);
  });

  it('is on record as that', async () => {
    const events = async () =>
      (
        await ask<{ data: { outcome: string; data: { problem?: string } }[] }>(
          setting.pontage,
          'GET',
          '/api/v1/audit-events?action=query.ran',
        )
      ).json.data;
    const wanted = ['unauthenticated', 'embed-session-expired', 'not-found'];
    let told: (string | undefined)[] = [];
    for (const deadline = performance.now() + 10_000; performance.now() < deadline;)
      if (wanted.every((problem) => told.includes(problem))) break;
      else told = (await events()).map(({ data }) => data.problem);
    expect(told).toEqual(expect.arrayContaining(wanted));
  });
});
