import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import {
  createApp,
  createResource,
  deleteApp,
  deleteQuery,
  findApp,
  findQuery,
  listApps,
  listQueries,
  putQuery,
  updateApp,
  updateResource,
} from '@pontage/contracts/resource-registry';
import { apps, queries } from '@pontage/contracts/snapshots';
import { problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
let app: string;
let count = 0;
beforeAll(async () => {
  room = await RegistryRoom.open();
});
beforeEach(async () => {
  count += 1;
  call = await room.newOrganisation(`organisation ${count}`);
  app = (await room.ask(createApp, { name: 'portal' }, call)).uuid;
  await room.ask(createResource, { settings: { name: 'orders', baseUrl: 'https://a.example' } }, call);
});
afterAll(() => room.close());

const put = (query: object, more: { name?: string; ifVersion?: number } = {}) =>
  room.ask(putQuery, { app, name: 'orders.list', query: { resource: 'orders', request: {}, ...query }, ...more }, call);

describe('apps', () => {
  it('have unique names and change version by version', async () => {
    const watch = await room.watch(apps);
    expect(watch.get(`${call.org}.${app}`)).toEqual({ uuid: app, name: 'portal', description: '' });
    await expect(room.ask(createApp, { name: 'portal' }, call)).rejects.toMatchObject(problem('app-name-taken'));
    const changed = await room.ask(updateApp, { uuid: app, settings: { description: 'd' }, ifVersion: 1 }, call);
    expect(changed).toMatchObject({ name: 'portal', description: 'd', version: 2 });
    expect(watch.get(`${call.org}.${app}`)).toMatchObject({ description: 'd' });
    await expect(room.ask(updateApp, { uuid: app, settings: { name: 'x' }, ifVersion: 1 }, call)).rejects.toMatchObject(
      problem('precondition-failed'),
    );
    await room.ask(createApp, { name: 'other' }, call);
    await expect(room.ask(updateApp, { uuid: app, settings: { name: 'other' } }, call)).rejects.toMatchObject(
      problem('app-name-taken'),
    );
    expect((await room.ask(listApps, {}, call)).data.map(({ name }) => name)).toEqual(['other', 'portal']);
  });

  it('take their saved queries along when they go', async () => {
    await put({});
    await put({}, { name: 'other' });
    await room.ask(deleteApp, { uuid: app, ifVersion: 1 }, call);
    const watch = await room.watch(queries);
    expect([watch.get(`${call.org}.${app}.orders.list`), watch.get(`${call.org}.${app}.other`)]).toEqual([
      undefined,
      undefined,
    ]);
    expect((await room.watch(apps)).get(`${call.org}.${app}`)).toBeUndefined();
    await expect(room.ask(findApp, { uuid: app }, call)).rejects.toMatchObject(problem('not-found'));
    await expect(room.ask(listQueries, { app }, call)).rejects.toMatchObject(problem('not-found'));
    await expect(put({})).rejects.toMatchObject(problem('not-found'));
    expect((await room.events(call.org)).at(-1)).toMatchObject({ action: 'app.deleted', app });
  });
});

describe('saved queries', () => {
  const request = {
    method: 'POST' as const,
    path: '/stores/{{ current_user.metadata.storeId }}',
    body: { type: 'json' as const, value: { limit: '{{ params.limit }}', key: '{{ config.KEY }}' } },
  };
  const params = { properties: { limit: { type: 'integer' as const, default: 10 } }, required: ['limit'] };

  it('name their resource by its id, and the data plane hears of them', async () => {
    const saved = await put({ request, params });
    const watch = await room.watch(queries);
    expect(saved).toMatchObject({
      app,
      name: 'orders.list',
      version: 1,
      request,
      params: { ...params, additionalProperties: false },
    });
    const { updatedAt: _, ...value } = saved;
    expect(watch.get(`${call.org}.${app}.orders.list`)).toEqual(value);
    await room.ask(updateResource, { resource: 'orders', settings: { name: 'renamed' } }, call);
    expect(await room.ask(findQuery, { app, name: 'orders.list' }, call)).toEqual(saved);
    expect(saved.resource).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('change version by version, and go on where they were when they come back', async () => {
    await put({});
    expect(await put({ request: { path: '/b' } }, { ifVersion: 1 })).toMatchObject({ version: 2 });
    expect(await put({ request: { path: '/b' } })).toMatchObject({ version: 2 });
    await expect(put({ request: { path: '/c' } }, { ifVersion: 1 })).rejects.toMatchObject(
      problem('precondition-failed'),
    );
    await expect(put({}, { name: 'new', ifVersion: 1 })).rejects.toMatchObject(problem('precondition-failed'));
    await expect(room.ask(deleteQuery, { app, name: 'orders.list', ifVersion: 1 }, call)).rejects.toMatchObject(
      problem('precondition-failed'),
    );
    await room.ask(deleteQuery, { app, name: 'orders.list', ifVersion: 2 }, call);
    await expect(room.ask(findQuery, { app, name: 'orders.list' }, call)).rejects.toMatchObject(problem('not-found'));
    await expect(room.ask(deleteQuery, { app, name: 'orders.list' }, call)).rejects.toMatchObject(problem('not-found'));
    expect((await room.ask(listQueries, { app }, call)).data).toEqual([]);
    expect(await put({ request: { path: '/d' } })).toMatchObject({ version: 4 });
    expect((await room.watch(queries)).get(`${call.org}.${app}.orders.list`)).toMatchObject({
      version: 4,
      request: { path: '/d' },
    });
  });

  it('are recorded with what changed', async () => {
    await put({ request, params });
    await put({ request: { ...request, path: '/all' }, params });
    expect((await room.events(call.org)).slice(-2)).toEqual([
      expect.objectContaining({ action: 'saved-query.saved', app, data: { query: 'orders.list' } }),
      expect.objectContaining({ changes: [{ pointer: '/request/path', from: request.path, to: '/all' }] }),
    ]);
  });

  it('are made once when several are saved at once', async () => {
    const saved = await Promise.all(Array.from({ length: 6 }, (_, index) => put({ request: { path: `/${index}` } })));
    expect(saved.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are listed by name, page by page', async () => {
    for (const name of ['c', 'a', 'b']) await put({}, { name });
    const first = await room.ask(listQueries, { app, limit: 2 }, call);
    const second = await room.ask(listQueries, { app, limit: 2, cursor: first.nextCursor ?? '' }, call);
    expect([first, second].map(({ data }) => data.map(({ name }) => name))).toEqual([['a', 'b'], ['c']]);
  });

  it.each([
    ['an expression in the path', { request: { path: '/{{ a + b }}' } }, '/request/path'],
    [
      'an expression deep in a body',
      { request: { body: { type: 'json', value: { a: [{ b: '{{ f() }}' }] } } } },
      '/request/body/value/a/0/b',
    ],
    [
      'an expression in a form',
      { request: { body: { type: 'form', value: [['a', '{{ !x }}']] } } },
      '/request/body/value/0/1',
    ],
    [
      'an expression in a part',
      { request: { body: { type: 'multipart', value: [{ name: 'a', value: '{{ 1 }}' }] } } },
      '/request/body/value/0/value',
    ],
    ['an undeclared parameter', { request: { path: '/{{ params.x }}' } }, '/request/path'],
    ['an environment that is not there', { request: { environment: 'moon' } }, '/request/environment'],
    ['a resource that is not there', { resource: 'nothing' }, '/resource'],
    ['a required parameter that is not declared', { params: { required: ['x'] } }, '/params/required/0'],
    [
      'a default of another type',
      { params: { properties: { x: { type: 'integer', default: 'a' } } } },
      '/params/properties/x/default',
    ],
    ['a header that breaks the line', { request: { headers: [['A', 'a\r\nB: b']] } }, '/query/request/headers/0/1'],
  ])('are refused with %s', async (_, query, pointer) => {
    await expect(put(query)).rejects.toMatchObject(problem('invalid-request', pointer));
    expect((await room.ask(listQueries, { app }, call)).data).toEqual([]);
  });

  it.each(['', '.a', 'a..b', 'a.', 'a b', 'a*', 'a>'])(
    'are refused under the name "%s", which is no bus subject',
    async (name) => {
      await expect(put({}, { name })).rejects.toMatchObject(problem('invalid-request', '/name'));
    },
  );
});
