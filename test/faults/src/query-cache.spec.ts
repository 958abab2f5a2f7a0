import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PressedUpstream } from './pressed-upstream.js';
import { figure } from '@pontage/testkit';

let pressed: PressedUpstream;
let app: string;
let tokens: readonly string[];

beforeAll(async () => {
  pressed = await PressedUpstream.start();
  app = (await post<{ uuid: string }>('/api/v1/apps', { name: 'portal' })).uuid;
  const token = (name: string) => post<{ token: string }>('/api/v1/tokens', { name, scopes: ['queries:run'] });
  tokens = [(await token('one')).token, (await token('two')).token];
}, 90_000);
afterAll(() => pressed?.stop(), 30_000);

async function post<T>(path: string, json: Record<string, unknown>): Promise<T> {
  const response = await pressed.pontage.fetch(path, { method: 'POST', json });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}

const save = (name: string, query: Record<string, unknown>) =>
  pressed.pontage.fetch(`/api/v1/apps/${app}/queries/${name}`, { method: 'PUT', json: query });

/** A saved query whose path nobody else asks for. */
async function saved(query: { request: { path: string } & Record<string, unknown> } & Record<string, unknown>) {
  const name = `q-${randomUUID().slice(0, 8)}`;
  const response = await save(name, { resource: await pressed.resource(), ...query });
  if (!response.ok) throw new Error(await response.text());
  return { name, received: () => pressed.received(query.request.path).length };
}

const run = (name: string, token: string | undefined, params: Record<string, unknown> = {}) =>
  pressed.ask(`/api/v1/apps/${app}/queries/${name}/run`, { params }, token === undefined ? {} : bearer(token));
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
/** Runs it one after the other, and says where each answer came from. */
async function runs(name: string, times: number, token?: string): Promise<(string | undefined)[]> {
  const from = [];
  for (let each = 0; each < times; each += 1) {
    from.push((await run(name, token)).json.cache);
    // What is kept is kept with the receipt, which comes behind the answer.
    await sleep(30);
  }
  return from;
}
const minute = (share: string) => ({ seconds: 60, share });

describe('answers that are kept', () => {
  it('are of one user, whatever the other asks for', async () => {
    const request = { path: `/reflect?of=mine-${randomUUID()}`, headers: [['x-user', '{{ current_user.name }}']] };
    const path = `${request.path}&header=x-user`;
    const { name, received } = await saved({ request: { ...request, path }, cache: minute('user') });
    const answers = [];
    for (let each = 0; each < 100; each += 1) {
      answers.push({ user: each % 2, body: (await run(name, tokens[each % 2])).json.body });
      if (each < 2) await sleep(50);
    }
    const wrong = answers.filter(({ user, body }) => body !== `You said: ${user === 0 ? 'one' : 'two'}\n`);
    figure(`cache: 100 runs by 2 users, upstream received ${received()}, ${wrong.length} answers of one at the other`);
    expect([received(), wrong]).toEqual([2, []]);
  });

  it('are everyone’s by choice, as long as the request is the same', async () => {
    const shared = await saved({ request: { path: `/echo?shared=${randomUUID()}` }, cache: minute('everyone') });
    expect([...(await runs(shared.name, 3, tokens[0])), ...(await runs(shared.name, 3, tokens[1]))]).toEqual([
      'miss',
      ...Array.from({ length: 5 }, () => 'hit'),
    ]);
    const personal = await saved({
      request: { path: `/echo?personal=${randomUUID()}`, headers: [['x-user', '{{ current_user.name }}']] },
      cache: minute('everyone'),
    });
    await runs(personal.name, 3, tokens[0]);
    await runs(personal.name, 3, tokens[1]);
    figure(
      `cache for everyone: 6 runs by 2 users, upstream received ${shared.received()}; with the user in the request ${personal.received()}`,
    );
    expect([shared.received(), personal.received()]).toEqual([1, 2]);
  });

  it('come from one call when many ask at once', async () => {
    const { name, received } = await saved({
      request: { path: `/slow-head?ms=700&${randomUUID()}` },
      cache: minute('user'),
    });
    const answers = await Promise.all(Array.from({ length: 30 }, () => run(name, tokens[0])));
    const hits = answers.filter(({ json }) => json.cache === 'hit').length;
    figure(`cache: 30 runs at once, upstream received ${received()}, ${hits} waited for it`);
    expect(answers.map(({ json }) => json.body)).toEqual(Array.from({ length: 30 }, () => 'late'));
    expect([received(), hits]).toEqual([1, 29]);
  });

  it('are of the parameters that they were asked with', async () => {
    const params = { properties: { n: { type: 'integer' } } };
    const path = `/echo?params=${randomUUID()}`;
    const { name, received } = await saved({
      request: { path, urlParams: [['n', '{{ params.n }}']] },
      params,
      cache: minute('everyone'),
    });
    for (const n of [1, 2, 1, 2, 1]) {
      expect((await run(name, undefined, { n })).json.body).toMatchObject({ target: `${path}&n=${n}` });
      await sleep(30);
    }
    expect(received()).toBe(2);
  });

  it('end with their time, and with any change of the query, the resource and its credential', async () => {
    const resource = await pressed.resource({ authentication: { method: 'bearer', token: 'first-token-value' } });
    const path = `/upload?changes=${randomUUID()}`;
    const query = { resource, request: { path }, cache: { seconds: 2, share: 'everyone' } };
    const { name, received } = await saved(query);
    expect(await runs(name, 2)).toEqual(['miss', 'hit']);
    await sleep(2_100);
    expect(await runs(name, 2)).toEqual(['miss', 'hit']);
    const patch = (json: Record<string, unknown>) =>
      pressed.pontage.fetch(`/api/v1/resources/${resource}`, { method: 'PATCH', json });
    await save(name, { ...query, cache: minute('everyone') });
    await sleep(300);
    expect(await runs(name, 2)).toEqual(['miss', 'hit']);
    await patch({ headers: [['X-Version', '2']] });
    await sleep(300);
    expect(await runs(name, 2)).toEqual(['miss', 'hit']);
    await patch({ authentication: { method: 'bearer', token: 'second-token-value' } });
    await sleep(300);
    expect(await runs(name, 2)).toEqual(['miss', 'hit']);
    expect(received()).toBe(5);
  });

  it.each([
    ['no-store', '/headers?cache-control=no-store', 3],
    ['a cookie', '/headers?set-cookie=sid%3D1', 3],
    ['an error', '/status/404?kept=', 3],
    ['nothing of the kind', '/headers?x-plain=1', 1],
  ])('are none with %s', async (_, path, expected) => {
    const { name, received } = await saved({
      request: { path: `${path}&${randomUUID()}` },
      cache: minute('everyone'),
    });
    await runs(name, 3);
    expect(received()).toBe(expected);
  });

  it('are none that repeat the credential', async () => {
    const resource = await pressed.resource({ authentication: { method: 'bearer', token: 'repeated-token-value' } });
    const request = { path: `/echo?repeats=${randomUUID()}` };
    const { name } = await saved({ resource, request, cache: minute('user') });
    expect(await runs(name, 2)).toEqual(['miss', 'miss']);
  });

  it('are apart for each session that callers forward, though one token brings them all', async () => {
    const resource = await pressed.resource({ authentication: { method: 'session', cookiesToForward: ['sid'] } });
    const path = `/upload?session=${randomUUID()}`;
    const { name, received } = await saved({ resource, request: { path }, cache: minute('everyone') });
    const from = [];
    for (const sid of ['first', 'first', 'second', 'first', 'second']) {
      const run = `/api/v1/apps/${app}/queries/${name}/run`;
      from.push((await pressed.ask(run, {}, { cookie: `sid=${sid}-session-value` })).json.cache);
      await sleep(50);
    }
    expect([from, received()]).toEqual([['miss', 'hit', 'miss', 'hit', 'hit'], 2]);
  });

  it('hold up to a megabyte, byte for byte', async () => {
    const request = (bytes: number) => ({ path: `/download?bytes=${bytes}&${randomUUID()}` });
    const small = await saved({ request: request(900_000), cache: minute('user') });
    const bodies = [(await run(small.name, undefined)).json, (await sleep(100), await run(small.name, undefined)).json];
    expect(bodies.map(({ cache }) => cache)).toEqual(['miss', 'hit']);
    expect((bodies[1]?.body as string).length).toBe(900_000);
    expect(bodies[1]?.body === bodies[0]?.body).toBe(true);
    const large = await saved({ request: request(3_000_000), cache: minute('user') });
    const from = await runs(large.name, 2);
    expect([from, large.received()]).toEqual([['miss', 'miss'], 2]);
  });

  it('are given to nobody who may not ask, and are on record like every query', async () => {
    const { name, received } = await saved({
      request: { path: `/echo?kept=${randomUUID()}` },
      cache: minute('everyone'),
    });
    const { token, id } = await post<{ token: string; id: string }>('/api/v1/tokens', {
      name: 'leaving',
      scopes: ['queries:run'],
    });
    expect(await runs(name, 3, token)).toEqual(['miss', 'hit', 'hit']);
    await pressed.pontage.fetch(`/api/v1/tokens/${id}`, { method: 'DELETE' });
    expect((await run(name, token)).http).toBe(401);
    const { id: group } = await post<{ id: number }>('/api/v1/groups', { name: 'others' });
    const restricted = await post<{ token: string }>('/api/v1/tokens', {
      name: 'restricted',
      scopes: ['queries:run'],
      groupIds: [group],
    });
    expect((await run(name, restricted.token)).http).toBe(404);
    expect(received()).toBe(1);
    const events = await recorded(name, 3);
    expect(events.map(({ outcome, data }) => [outcome, data.cache, data.status, data.attempts])).toEqual([
      ['success', undefined, 200, 1],
      ['success', 'hit', 200, 0],
      ['success', 'hit', 200, 0],
    ]);
  });
});

describe('a choice that cannot be', () => {
  it.each([
    ['/cache/seconds', { cache: { seconds: 0 } }, {}],
    ['/cache/seconds', { cache: { seconds: 86_401 } }, {}],
    ['/cache/share', { cache: { seconds: 1, share: 'group' } }, {}],
    ['/cache/ttl', { cache: { seconds: 1, ttl: 1 } }, {}],
    ['/cache', { cache: { seconds: 1 }, request: { method: 'DELETE', path: '/x' } }, {}],
    ['/cache/share', { cache: minute('everyone') }, { forwardAllCookies: true }],
    ['/cache/share', { cache: minute('everyone') }, { environments: { staging: { cookiesToForward: ['sid'] } } }],
    ['/retries/attempts', { retries: { attempts: 6 } }, {}],
    ['/retries/idempotencyKey', { retries: { attempts: 1, idempotencyKey: 'Authorization' } }, {}],
  ])('is refused with %s: %j', async (pointer, query, settings) => {
    const response = await save('refused', { resource: await pressed.resource(settings), request: {}, ...query });
    const { code, errors } = (await response.json()) as { code: string; errors: { pointer: string }[] };
    expect([response.status, code, errors.map((each) => each.pointer)]).toEqual([400, 'invalid-request', [pointer]]);
  });
});

interface Recorded {
  readonly outcome: string;
  readonly data: {
    readonly query?: string;
    readonly cache?: string;
    readonly status?: number;
    readonly attempts?: number;
  };
}

/** What the record says of a query's runs, oldest first, once it has heard of so many. */
async function recorded(name: string, count: number): Promise<Recorded[]> {
  for (const deadline = Date.now() + 15_000; ; await sleep(250)) {
    const response = await pressed.pontage.fetch('/api/v1/audit-events?action=query.ran&limit=200');
    const { data } = (await response.json()) as { data: Recorded[] };
    const own = data.filter((event) => event.data.query === name).toReversed();
    if (own.length >= count || Date.now() > deadline) return own;
  }
}
