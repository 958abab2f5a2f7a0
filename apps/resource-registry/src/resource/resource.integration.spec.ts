import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import {
  createApp,
  createResource,
  deleteQuery,
  deleteResource,
  findResource,
  listResources,
  putQuery,
  updateResource,
} from '@pontage/contracts/resource-registry';
import { resources } from '@pontage/contracts/snapshots';
import { invalidRequest, notFound, secretRequired } from '@pontage/problems';
import type { SnapshotWatch } from '@pontage/snapshots';
import { problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
let watch: SnapshotWatch<typeof resources>;
let count = 0;
beforeAll(async () => {
  room = await RegistryRoom.open();
  watch = await room.watch(resources);
});
beforeEach(async () => {
  count += 1;
  call = await room.newOrganisation(`organisation ${count}`);
});
afterAll(() => room.close());

const baseUrl = 'https://api.example.com/v1';
const add = (settings: object, more: object = {}) =>
  room.ask(createResource, { settings: { name: 'orders', baseUrl, ...settings }, ...more }, call);

/** A claim that is meant, and for no rotation. */
const plain = { isTrial: false, rotates: false };

describe('createResource', () => {
  it('saves the settings with their order and duplicates, and tells the data plane before it answers', async () => {
    const urlParams: [string, string][] = [
      ['b', '2'],
      ['a', '{{ config.A }}'],
      ['b', '1'],
    ];
    const made = await add({
      urlParams,
      headers: [['X-Store', '{{ current_user.metadata.storeId }}']],
      region: 'us-west-2',
    });
    expect(made).toMatchObject({
      name: 'orders',
      version: 1,
      urlParams,
      region: 'us-west-2',
      timeoutMs: 10_000,
      authentication: { method: 'none' },
    });
    expect(watch.get(`${call.org}.${made.id}`)).toMatchObject({
      id: made.id,
      version: 1,
      urlParams,
      credentialId: null,
      authMethod: 'none',
    });
    expect(await room.ask(findResource, { resource: made.id }, call)).toEqual(made);
    expect(await room.ask(findResource, { resource: 'orders' }, call)).toEqual(made);
    expect((await room.events(call.org)).at(-1)).toMatchObject({
      action: 'resource.created',
      outcome: 'success',
      resource: { id: made.id, version: 1 },
      requestId: call.requestId,
      changes: expect.arrayContaining([{ pointer: '/baseUrl', from: null, to: baseUrl }]),
    });
  });

  it('has the credential claimed before it saves, for the very resource', async () => {
    const draftId = randomUUID();
    const credentialId = randomUUID();
    room.broker.claim = () => ({
      credentialId,
      authentication: { method: 'bearer', token: { set: true, fingerprint: 'ab12' } },
    });
    const made = await add({}, { draftId });
    const claim = { ...plain, draftId, resourceId: made.id, basedOn: null, baseUrl: 'https://api.example.com/v1' };
    expect(room.broker.claims.at(-1)).toEqual({ ...claim, destinationChanged: false });
    expect(made.authentication).toEqual({ method: 'bearer', token: { set: true, fingerprint: 'ab12' } });
    expect(watch.get(`${call.org}.${made.id}`)).toMatchObject({ credentialId, authMethod: 'bearer' });
  });

  it('refuses a taken name, also when two ask at once, and has the loser’s credential forgotten', async () => {
    const before = room.broker.claims.length;
    const both = await Promise.allSettled([add({}, { draftId: randomUUID() }), add({}, { draftId: randomUUID() })]);
    const refused = both.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refused).toEqual([expect.objectContaining({ slug: 'resource-name-taken', facts: { name: 'orders' } })]);
    const { data } = await room.ask(listResources, {}, call);
    // Whoever comes late enough to see the name taken claims nothing; otherwise the loser's claim is given back.
    const claimedFor = room.broker.claims.slice(before).map(({ resourceId }) => resourceId);
    expect(claimedFor.filter((id) => id !== data[0]?.id)).toEqual(room.broker.forgotten);
    const claimed = room.broker.claims.length;
    await expect(add({}, { draftId: randomUUID() })).rejects.toMatchObject(problem('resource-name-taken'));
    expect(room.broker.claims).toHaveLength(claimed);
  });

  it.each([
    ['an unknown region', { region: 'mars' }, 'unknown-region', undefined],
    [
      'an expression in a header',
      {
        headers: [
          ['X', 'a'],
          ['Y', '{{ 1 + 1 }}'],
        ],
      },
      'invalid-request',
      '/headers/1/1',
    ],
    ['an expression in a body pair', { body: [['a', '{{ f() }}']] }, 'invalid-request', '/body/0/1'],
    [
      'a template that begins with nothing known',
      { urlParams: [['a', '{{ process.env }}']] },
      'invalid-request',
      '/urlParams/0/1',
    ],
    ['a name like an id', { name: randomUUID() }, 'invalid-request', '/name'],
    [
      'more than fits into a message',
      { urlParams: Array.from({ length: 40 }, () => ['a', 'x'.repeat(8000)]) },
      'invalid-request',
      undefined,
    ],
  ])('refuses %s and saves nothing', async (_, settings, slug, pointer) => {
    await expect(add(settings, { draftId: randomUUID() })).rejects.toMatchObject(problem(slug, pointer));
    expect((await room.ask(listResources, {}, call)).data).toEqual([]);
  });

  it('passes on what the broker finds wrong, and says when a draft is gone', async () => {
    room.broker.claim = () => {
      throw invalidRequest({}, { errors: [{ pointer: '/authentication/token', detail: 'It is needed.' }] });
    };
    await expect(add({}, { draftId: randomUUID() })).rejects.toMatchObject(
      problem('invalid-request', '/authentication/token'),
    );
    room.broker.claim = () => {
      throw notFound({});
    };
    await expect(add({}, { draftId: randomUUID() })).rejects.toMatchObject(
      problem('invalid-request', '/authentication'),
    );
    room.broker.claim = () => {
      throw secretRequired({});
    };
    await expect(add({}, { draftId: randomUUID() })).rejects.toMatchObject(problem('secret-required'));
  });
});

describe('updateResource', () => {
  const kept = {
    credentialId: randomUUID(),
    authentication: { method: 'basic', username: 'u', password: { set: true as const, fingerprint: 'aa' } },
  };
  beforeEach(() => {
    room.broker.claim = () => kept;
  });

  it('changes what is given, as a new version, and keeps the rest', async () => {
    const made = await add({ description: 'old', headers: [['A', '1']] }, { draftId: randomUUID() });
    const changed = await room.ask(
      updateResource,
      { resource: 'orders', settings: { description: 'new' }, ifVersion: 1 },
      call,
    );
    expect(changed).toEqual({ ...made, description: 'new', version: 2, updatedAt: expect.any(String) });
    expect(watch.get(`${call.org}.${made.id}`)).toMatchObject({
      version: 2,
      description: 'new',
      credentialId: kept.credentialId,
    });
    expect((await room.events(call.org)).at(-1)).toMatchObject({
      action: 'resource.updated',
      resource: { id: made.id, version: 2 },
      changes: [{ pointer: '/description', from: 'old', to: 'new' }],
    });
    expect(await room.ask(updateResource, { resource: 'orders', settings: { description: 'new' } }, call)).toEqual(
      changed,
    );
  });

  it('refuses an older version than the newest, and a taken name', async () => {
    await add({});
    await add({ name: 'other' });
    await room.ask(updateResource, { resource: 'orders', settings: { timeoutMs: 500 } }, call);
    await expect(
      room.ask(updateResource, { resource: 'orders', settings: { timeoutMs: 600 }, ifVersion: 1 }, call),
    ).rejects.toMatchObject(problem('precondition-failed'));
    await expect(
      room.ask(updateResource, { resource: 'orders', settings: { name: 'other' } }, call),
    ).rejects.toMatchObject(problem('resource-name-taken'));
    expect(await room.ask(findResource, { resource: 'orders' }, call)).toMatchObject({ timeoutMs: 500, version: 2 });
  });

  it.each([[{ baseUrl: 'https://evil.example/v1' }], [{ region: 'us-west-2' }]])(
    'takes no kept secret to another place: %j',
    async (settings) => {
      await add({}, { draftId: randomUUID() });
      await expect(room.ask(updateResource, { resource: 'orders', settings }, call)).rejects.toMatchObject(
        problem('secret-required'),
      );
      expect(await room.ask(findResource, { resource: 'orders' }, call)).toMatchObject({
        baseUrl,
        region: null,
        version: 1,
      });
    },
  );

  it('goes to another place without a secret to keep, and with a secret that is given again', async () => {
    await add({});
    expect(
      await room.ask(updateResource, { resource: 'orders', settings: { baseUrl: 'https://b.example' } }, call),
    ).toMatchObject({ version: 2 });
    const draftId = randomUUID();
    const made = await room.ask(
      updateResource,
      { resource: 'orders', settings: { baseUrl: 'https://c.example' }, draftId },
      call,
    );
    const claim = { ...plain, draftId, resourceId: made.id, basedOn: null, baseUrl: 'https://c.example' };
    expect(room.broker.claims.at(-1)).toEqual({ ...claim, destinationChanged: true });
    expect(made).toMatchObject({ version: 3, authentication: kept.authentication });
    await room.ask(updateResource, { resource: 'orders', settings: {}, draftId: randomUUID() }, call);
    expect(room.broker.claims.at(-1)).toMatchObject({ basedOn: kept.credentialId, destinationChanged: false });
  });

  it('shows no credential to lend when the method becomes none', async () => {
    const made = await add({}, { draftId: randomUUID() });
    room.broker.claim = () => ({ credentialId: randomUUID(), authentication: { method: 'none' } });
    await room.ask(updateResource, { resource: 'orders', settings: {}, draftId: randomUUID() }, call);
    expect(watch.get(`${call.org}.${made.id}`)).toMatchObject({ credentialId: null, authMethod: 'none' });
  });

  it('loses no change when many come at once', async () => {
    await add({});
    const names = ['description', 'timeoutMs', 'region', 'headers', 'body'] as const;
    const values = { description: 'd', timeoutMs: 777, region: 'us-west-2', headers: [['H', '1']], body: [['b', '1']] };
    await Promise.all(
      names.map((name) => room.ask(updateResource, { resource: 'orders', settings: { [name]: values[name] } }, call)),
    );
    expect(await room.ask(findResource, { resource: 'orders' }, call)).toMatchObject({ ...values, version: 6 });
  });
});

describe('deleteResource', () => {
  it('is refused while a saved query calls it; afterwards everything about it goes', async () => {
    const made = await add({}, { draftId: randomUUID() });
    const { uuid } = await room.ask(createApp, { name: 'portal' }, call);
    await room.ask(putQuery, { app: uuid, name: 'orders.list', query: { resource: 'orders', request: {} } }, call);
    await expect(room.ask(deleteResource, { resource: 'orders' }, call)).rejects.toMatchObject({
      slug: 'in-use',
      facts: { by: [`query orders.list of app ${uuid}`] },
    });
    await room.ask(deleteQuery, { app: uuid, name: 'orders.list' }, call);
    await expect(room.ask(deleteResource, { resource: 'orders', ifVersion: 9 }, call)).rejects.toMatchObject(
      problem('precondition-failed'),
    );
    expect(await room.ask(deleteResource, { resource: 'orders', ifVersion: 1 }, call)).toEqual({});
    expect(room.broker.forgotten).toContain(made.id);
    expect(watch.get(`${call.org}.${made.id}`)).toBeUndefined();
    await expect(room.ask(findResource, { resource: made.id }, call)).rejects.toMatchObject(problem('not-found'));
    expect((await room.events(call.org)).at(-1)).toMatchObject({
      action: 'resource.deleted',
      resource: { id: made.id, version: 1 },
    });
    expect(await add({})).toMatchObject({ version: 1 });
  });
});

describe('listResources', () => {
  it('goes through all of them by name, page by page', async () => {
    for (const name of ['c', 'a', 'B', 'd', 'e']) await add({ name });
    const first = await room.ask(listResources, { limit: 2 }, call);
    const second = await room.ask(listResources, { limit: 2, cursor: first.nextCursor ?? '' }, call);
    const third = await room.ask(listResources, { limit: 2, cursor: second.nextCursor ?? '' }, call);
    expect([first, second, third].map(({ data }) => data.map(({ name }) => name))).toEqual([
      ['B', 'a'],
      ['c', 'd'],
      ['e'],
    ]);
    expect(third.nextCursor).toBeNull();
    await expect(room.ask(listResources, { cursor: `${first.nextCursor}x` }, call)).rejects.toMatchObject(
      problem('invalid-request', '/cursor'),
    );
  });
});
