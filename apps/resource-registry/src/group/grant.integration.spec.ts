import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import * as registry from '@pontage/contracts/resource-registry';
import { permissions } from '@pontage/contracts/snapshots';
import { callOf, problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
let group: number;
let orders: registry.Resource;
beforeAll(async () => {
  room = await RegistryRoom.open();
});
beforeEach(async () => {
  call = await room.newOrganisation(`organisation ${randomUUID()}`);
  group = (await room.ask(registry.createGroup, { name: 'stores' }, call)).id;
  orders = await room.ask(
    registry.createResource,
    { settings: { name: 'orders', baseUrl: 'https://a.example' } },
    call,
  );
});
afterAll(() => room.close());

const give = (access: registry.Access | null, environments?: string[] | null) =>
  room.ask(
    registry.setGroupResource,
    { id: group, resource: 'orders', access, ...(environments === undefined ? {} : { environments }) },
    call,
  );
const find = () => room.ask(registry.findGroup, { id: group }, call);
const restricted = (): Call => callOf(call.org, { groupIds: [group] });

describe('access to a resource in some environments', () => {
  it('is kept, shown, told to the data plane and put on record', async () => {
    const watch = await room.watch(permissions);
    const told = () => watch.get(`${call.org}.${group}`);
    const grant = { access: 'use', environments: ['staging'] };
    const given = await give('use', ['staging']);
    expect(given).toMatchObject({ version: 2, resources: [{ resource: orders.id, ...grant }] });
    expect(await find()).toEqual(given);
    expect(told()).toMatchObject({ resources: {}, restrictedResources: { [orders.id]: grant } });
    expect(await give('use', ['staging'])).toEqual(given);

    await give('use');
    expect(told()).toMatchObject({ resources: { [orders.id]: 'use' }, restrictedResources: {} });
    expect((await find()).resources).toEqual([{ resource: orders.id, access: 'use', environments: null }]);
    await give('use', ['staging', 'production']);
    await give(null);
    expect(told()).toMatchObject({ resources: {}, restrictedResources: {} });
    const events = (await room.events(call.org)).filter(({ action }) => action === 'group.updated');
    const pointer = `/resources/${orders.id}`;
    const everywhere = { access: 'use', environments: ['staging', 'production'] };
    expect(events.map(({ changes }) => changes)).toEqual([
      [{ pointer, from: null, to: grant }],
      [{ pointer, from: grant, to: 'use' }],
      [{ pointer, from: 'use', to: everywhere }],
      [{ pointer, from: everywhere, to: null }],
    ]);
  });

  it('names environments that there are, each once, and at least one', async () => {
    const refused: [string[], string][] = [
      [[], '/environments'],
      [['nowhere'], '/environments/0'],
      [['staging', 'staging'], '/environments/1'],
    ];
    for (const [environments, pointer] of refused)
      await expect(give('use', environments)).rejects.toMatchObject(problem('invalid-request', pointer));
    expect(await find()).toMatchObject({ version: 1, resources: [] });
  });

  it('keeps its environments in the organisation, until it is taken away', async () => {
    const keep = (environments: string[]) =>
      room.ask(registry.updateOrganisation, { settings: { environments } }, call);
    await give('use', ['staging']);
    await expect(keep(['production'])).rejects.toMatchObject({
      slug: 'in-use',
      facts: { by: [`group ${group} on resource ${orders.id}`] },
    });
    expect((await keep(['staging'])).environments).toEqual(['staging']);
    await give(null);
    expect((await keep(['next'])).environments).toEqual(['next']);
  });

  it('never names an environment that goes at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      await room.ask(registry.updateOrganisation, { settings: { environments: ['production', 'staging'] } }, call);
      await give(null);
      const one = room.ask(registry.updateOrganisation, { settings: { environments: ['production'] } }, call);
      const outcomes = await Promise.allSettled([one, give('use', ['staging'])]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
  });
});

describe('a token whose access is in some environments', () => {
  const change = () =>
    room.ask(registry.updateResource, { resource: 'orders', settings: { description: randomUUID() } }, restricted());
  const reads = () => [
    () => room.ask(registry.findResource, { resource: 'orders' }, restricted()),
    () => room.ask(registry.listResourceVersions, { resource: 'orders' }, restricted()),
    () => room.ask(registry.diffResourceVersion, { resource: 'orders', version: 1 }, restricted()),
  ];

  it('reads the resource, and finds it in the list', async () => {
    await give('use', ['staging']);
    for (const read of reads()) await read();
    const { data } = await room.ask(registry.listResources, {}, restricted());
    expect(data.map(({ name }) => name)).toEqual(['orders']);
    await give(null);
    for (const read of reads()) await expect(read()).rejects.toMatchObject(problem('not-found'));
  });

  it('changes it when these are all there are, and hears what is missing when they are not', async () => {
    await room.ask(registry.updateResource, { resource: 'orders', settings: { description: 'two' } }, call);
    const back = () => room.ask(registry.rollBackResource, { resource: 'orders', version: 1 }, restricted());
    const drop = () => room.ask(registry.deleteResource, { resource: 'orders' }, restricted());
    await give('own', ['staging']);
    for (const [act, level] of [
      [change, 'edit'],
      [back, 'edit'],
      [drop, 'own'],
    ] as const) {
      await expect(act()).rejects.toMatchObject({
        slug: 'forbidden',
        detail: `This needs "${level}" in every environment; the token's groups have it in staging only.`,
      });
    }
    expect(await room.ask(registry.findResource, { resource: 'orders' }, call)).toMatchObject({ version: 2 });
    expect(room.broker.claims).toEqual([]);

    await give('edit', ['staging', 'production']);
    await change();
    await back();
    await expect(drop()).rejects.toMatchObject(problem('forbidden'));
    await room.ask(
      registry.updateOrganisation,
      { settings: { environments: ['production', 'staging', 'next'] } },
      call,
    );
    await expect(change()).rejects.toMatchObject(problem('forbidden'));
    await give('own');
    await drop();
  });

  it('saves no query on the resource: a session may run that anywhere', async () => {
    const { uuid } = await room.ask(registry.createApp, { name: 'portal' }, call);
    await room.ask(registry.setGroupApp, { id: group, app: uuid, access: 'edit' }, call);
    const query = { resource: 'orders', request: { environment: 'staging' } };
    const save = () => room.ask(registry.putQuery, { app: uuid, name: 'q', query }, restricted());
    await give('own', ['staging']);
    await expect(save()).rejects.toMatchObject(problem('forbidden'));
    await give('use');
    await save();
  });
});
