import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import * as registry from '@pontage/contracts/resource-registry';
import { permissions, tokens } from '@pontage/contracts/snapshots';
import { callOf, newHash, problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
let count = 0;
beforeAll(async () => {
  room = await RegistryRoom.open();
});
beforeEach(async () => {
  count += 1;
  call = await room.newOrganisation(`organisation ${count}`);
});
afterAll(() => room.close());

const addGroup = (settings: Partial<registry.Group> & { name: string }) =>
  room.ask(registry.createGroup, settings, call);
const addApp = (name: string) => room.ask(registry.createApp, { name }, call);
const addResource = (name: string) =>
  room.ask(registry.createResource, { settings: { name, baseUrl: 'https://a.example' } }, call);
const restricted = (...groupIds: number[]): Call => callOf(call.org, { groupIds });

describe('groups', () => {
  it('have integer ids and unique names, and change version by version', async () => {
    const group = await addGroup({ name: 'stores', allApps: 'use' });
    expect(group).toEqual({
      id: expect.any(Number),
      name: 'stores',
      allApps: 'use',
      allResources: 'none',
      version: 1,
      apps: [],
      resources: [],
    });
    await expect(addGroup({ name: 'stores' })).rejects.toMatchObject(problem('group-name-taken'));
    const other = await addGroup({ name: 'other' });
    expect(other.id).toBeGreaterThan(group.id);
    await expect(
      room.ask(registry.updateGroup, { id: other.id, settings: { name: 'stores' } }, call),
    ).rejects.toMatchObject(problem('group-name-taken'));
    const changed = await room.ask(
      registry.updateGroup,
      { id: group.id, settings: { allResources: 'edit' }, ifVersion: 1 },
      call,
    );
    expect(changed).toMatchObject({ name: 'stores', allApps: 'use', allResources: 'edit', version: 2 });
    await expect(
      room.ask(registry.updateGroup, { id: group.id, settings: { name: 'x' }, ifVersion: 1 }, call),
    ).rejects.toMatchObject(problem('precondition-failed'));
    expect(await room.ask(registry.findGroup, { id: group.id }, call)).toEqual(changed);
  });

  it('close the resources to members without a group as soon as one of them manages any', async () => {
    const isOpen = async () => (await room.ask(registry.findOrganisation, {}, call)).openResources;
    const open = () => room.ask(registry.updateOrganisation, { settings: { openResources: true } }, call);
    const { id } = await addGroup({ name: 'readers', allResources: 'use' });
    await addResource('orders');
    const give = (access: registry.Access) =>
      room.ask(registry.setGroupResource, { id, resource: 'orders', access }, call);
    await give('use');
    expect(await isOpen()).toBe(true);
    await give('edit');
    expect(await isOpen()).toBe(false);
    await open();
    await give('own');
    expect(await isOpen()).toBe(true);
    await addGroup({ name: 'owners', allResources: 'own' });
    expect(await isOpen()).toBe(false);
    await open();
    await room.ask(registry.updateGroup, { id, settings: { allResources: 'edit' } }, call);
    expect(await isOpen()).toBe(false);
    const updates = (await room.events(call.org)).filter(({ action }) => action === 'organisation.updated');
    expect(updates.filter(({ changes }) => JSON.stringify(changes).includes('"to":false'))).toHaveLength(3);
  });

  it('get and lose access to apps and resources, and the data plane hears of it', async () => {
    const watch = await room.watch(permissions);
    const { id } = await addGroup({ name: 'stores' });
    const { uuid } = await addApp('portal');
    const orders = await addResource('orders');
    await room.ask(registry.setGroupApp, { id, app: uuid, access: 'use' }, call);
    const both = await room.ask(registry.setGroupResource, { id, resource: 'orders', access: 'edit' }, call);
    expect(both).toMatchObject({
      version: 3,
      apps: [{ app: uuid, access: 'use' }],
      resources: [{ resource: orders.id, access: 'edit' }],
    });
    expect(watch.get(`${call.org}.${id}`)).toMatchObject({
      apps: { [uuid]: 'use' },
      resources: { [orders.id]: 'edit' },
    });
    expect((await room.events(call.org)).at(-1)).toMatchObject({
      action: 'group.updated',
      data: { group: id },
      changes: [{ pointer: `/resources/${orders.id}`, from: null, to: 'edit' }],
    });
    await room.ask(registry.setGroupApp, { id, app: uuid, access: null }, call);
    expect(watch.get(`${call.org}.${id}`)).toMatchObject({ apps: {} });
    const missing = '00000000-0000-4000-8000-000000000000';
    await expect(room.ask(registry.setGroupApp, { id, app: missing, access: 'use' }, call)).rejects.toMatchObject(
      problem('not-found'),
    );
    await expect(
      room.ask(registry.setGroupResource, { id, resource: 'nothing', access: 'use' }, call),
    ).rejects.toMatchObject(problem('not-found'));
  });

  it('lose what is deleted', async () => {
    const watch = await room.watch(permissions);
    const { id } = await addGroup({ name: 'stores' });
    const { uuid } = await addApp('portal');
    await addResource('orders');
    await room.ask(registry.setGroupApp, { id, app: uuid, access: 'use' }, call);
    await room.ask(registry.setGroupResource, { id, resource: 'orders', access: 'use' }, call);
    await room.ask(registry.deleteApp, { uuid }, call);
    await room.ask(registry.deleteResource, { resource: 'orders' }, call);
    expect(await room.ask(registry.findGroup, { id }, call)).toMatchObject({ version: 5, apps: [], resources: [] });
    expect(watch.get(`${call.org}.${id}`)).toMatchObject({ apps: {}, resources: {} });
  });

  it('leave their tokens when they are deleted; a token of this group alone reaches nothing then', async () => {
    const [one, two] = [await addGroup({ name: 'one' }), await addGroup({ name: 'two', allApps: 'use' })];
    const hashes = [newHash(), newHash()] as const;
    await room.ask(
      registry.createToken,
      { draft: { name: 'both', scopes: ['apps:read'], groupIds: [one.id, two.id] }, hash: hashes[0] },
      call,
    );
    await room.ask(
      registry.createToken,
      { draft: { name: 'only', scopes: ['apps:read'], groupIds: [one.id] }, hash: hashes[1] },
      call,
    );
    await room.ask(registry.deleteGroup, { id: one.id }, call);
    const watch = await room.watch(tokens);
    expect(hashes.map((hash) => watch.get(hash)?.groupIds)).toEqual([[two.id], []]);
    expect((await room.watch(permissions)).get(`${call.org}.${one.id}`)).toBeUndefined();
    await expect(room.ask(registry.findGroup, { id: one.id }, call)).rejects.toMatchObject(problem('not-found'));
    await addApp('portal');
    expect((await room.ask(registry.listApps, {}, restricted())).data).toEqual([]);
  });

  it('are listed by id, page by page', async () => {
    for (const name of ['c', 'a', 'b']) await addGroup({ name });
    const first = await room.ask(registry.listGroups, { limit: 2 }, call);
    const second = await room.ask(registry.listGroups, { limit: 2, cursor: first.nextCursor ?? '' }, call);
    expect([first, second].map(({ data }) => data.map(({ name }) => name))).toEqual([['c', 'a'], ['b']]);
  });
});

describe('a token that is restricted to groups', () => {
  it('sees its groups’ things and nothing else', async () => {
    const { id } = await addGroup({ name: 'stores' });
    const other = await addGroup({ name: 'other' });
    const [mine, theirs] = [await addApp('mine'), await addApp('theirs')];
    const [orders, stock] = [await addResource('orders'), await addResource('stock')];
    await room.ask(registry.setGroupApp, { id, app: mine.uuid, access: 'use' }, call);
    await room.ask(registry.setGroupResource, { id, resource: orders.id, access: 'use' }, call);
    const caller = restricted(id);

    expect((await room.ask(registry.listApps, {}, caller)).data.map(({ name }) => name)).toEqual(['mine']);
    expect((await room.ask(registry.listResources, {}, caller)).data.map(({ name }) => name)).toEqual(['orders']);
    expect((await room.ask(registry.listGroups, {}, caller)).data.map(({ name }) => name)).toEqual(['stores']);
    expect(await room.ask(registry.findApp, { uuid: mine.uuid }, caller)).toEqual(mine);
    expect(await room.ask(registry.findResource, { resource: 'orders' }, caller)).toEqual(orders);
    for (const hidden of [
      () => room.ask(registry.findApp, { uuid: theirs.uuid }, caller),
      () => room.ask(registry.listQueries, { app: theirs.uuid }, caller),
      () => room.ask(registry.findResource, { resource: 'stock' }, caller),
      () => room.ask(registry.findResource, { resource: stock.id }, caller),
      () => room.ask(registry.updateResource, { resource: stock.id, settings: {} }, caller),
      () => room.ask(registry.deleteResource, { resource: stock.id }, caller),
      () => room.ask(registry.listResourceVersions, { resource: stock.id }, caller),
      () => room.ask(registry.diffResourceVersion, { resource: stock.id, version: 1 }, caller),
      () => room.ask(registry.rollBackResource, { resource: stock.id, version: 1 }, caller),
      () => room.ask(registry.deleteApp, { uuid: theirs.uuid }, caller),
      () => room.ask(registry.findGroup, { id: other.id }, caller),
    ]) {
      await expect(hidden()).rejects.toMatchObject(problem('not-found'));
    }
  });

  it('does what its groups’ access allows: use, edit, own', async () => {
    const { id } = await addGroup({ name: 'stores' });
    const { uuid } = await addApp('portal');
    await addResource('orders');
    const caller = restricted(id);
    const rename = () =>
      room.ask(registry.updateApp, { uuid, settings: { description: String(Math.random()) } }, caller);
    const change = () =>
      room.ask(
        registry.updateResource,
        { resource: 'orders', settings: { description: String(Math.random()) } },
        caller,
      );
    const give = async (access: registry.Access) => {
      await room.ask(registry.setGroupApp, { id, app: uuid, access }, call);
      await room.ask(registry.setGroupResource, { id, resource: 'orders', access }, call);
    };
    await give('use');
    await expect(rename()).rejects.toMatchObject(problem('forbidden'));
    await expect(change()).rejects.toMatchObject(problem('forbidden'));
    const query = { resource: 'orders', request: {} };
    await expect(room.ask(registry.putQuery, { app: uuid, name: 'q', query }, caller)).rejects.toMatchObject(
      problem('forbidden'),
    );
    await give('edit');
    await rename();
    await change();
    await room.ask(registry.putQuery, { app: uuid, name: 'q', query }, caller);
    await room.ask(registry.deleteQuery, { app: uuid, name: 'q' }, caller);
    await expect(room.ask(registry.deleteApp, { uuid }, caller)).rejects.toMatchObject(problem('forbidden'));
    await give('own');
    await room.ask(registry.deleteApp, { uuid }, caller);
    await room.ask(registry.deleteResource, { resource: 'orders' }, caller);
  });

  it('saves no query on a resource beyond its groups', async () => {
    const { id } = await addGroup({ name: 'stores', allApps: 'edit' });
    const { uuid } = await addApp('portal');
    await addResource('orders');
    const saved = room.ask(
      registry.putQuery,
      { app: uuid, name: 'q', query: { resource: 'orders', request: {} } },
      restricted(id),
    );
    await expect(saved).rejects.toMatchObject(problem('invalid-request', '/resource'));
  });

  it('adds things only when its groups have all of them', async () => {
    const use = await addGroup({ name: 'use', allApps: 'use', allResources: 'use' });
    const edit = await addGroup({ name: 'edit', allApps: 'edit', allResources: 'edit' });
    const settings = { name: 'orders', baseUrl: 'https://a.example' };
    await expect(room.ask(registry.createApp, { name: 'x' }, restricted(use.id))).rejects.toMatchObject(
      problem('forbidden'),
    );
    await expect(room.ask(registry.createResource, { settings }, restricted(use.id))).rejects.toMatchObject(
      problem('forbidden'),
    );
    await room.ask(registry.createApp, { name: 'x' }, restricted(edit.id));
    await room.ask(registry.createResource, { settings }, restricted(edit.id));
  });

  it('changes no group: that would widen its own reach', async () => {
    const { id } = await addGroup({ name: 'stores' });
    const { uuid } = await addApp('portal');
    const caller = restricted(id);
    for (const widening of [
      () => room.ask(registry.createGroup, { name: 'mine' }, caller),
      () => room.ask(registry.updateGroup, { id, settings: { allApps: 'own' } }, caller),
      () => room.ask(registry.setGroupApp, { id, app: uuid, access: 'own' }, caller),
      () => room.ask(registry.setGroupResource, { id, resource: 'x', access: 'own' }, caller),
      () => room.ask(registry.deleteGroup, { id }, caller),
    ]) {
      await expect(widening()).rejects.toMatchObject(problem('forbidden'));
    }
    expect(await room.ask(registry.findGroup, { id }, call)).toMatchObject({ version: 1 });
  });
});
