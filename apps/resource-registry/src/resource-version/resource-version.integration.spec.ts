import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import {
  createResource,
  deleteResource,
  diffResourceVersion,
  listResourceVersions,
  rollBackResource,
  updateResource,
} from '@pontage/contracts/resource-registry';
import { resources } from '@pontage/contracts/snapshots';
import { problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
const credentials = [randomUUID(), randomUUID()];
const view = (fingerprint: string) => ({ method: 'bearer', token: { set: true as const, fingerprint } });

beforeAll(async () => {
  room = await RegistryRoom.open();
  call = await room.newOrganisation('versions');
  room.broker.claim = () => ({ credentialId: credentials[0] ?? '', authentication: view('f1') });
  await room.ask(
    createResource,
    {
      settings: {
        name: 'orders',
        baseUrl: 'https://a.example',
        headers: [
          ['A', '1'],
          ['B', '2'],
        ],
      },
      draftId: randomUUID(),
    },
    call,
  );
  await room.ask(
    updateResource,
    {
      resource: 'orders',
      settings: {
        headers: [
          ['A', '1'],
          ['B', '3'],
          ['C', '4'],
        ],
      },
    },
    call,
  );
  room.broker.claim = () => ({ credentialId: credentials[1] ?? '', authentication: view('f2') });
  await room.ask(
    updateResource,
    {
      resource: 'orders',
      settings: { name: 'orders-eu', baseUrl: 'https://b.example', region: 'us-west-2' },
      draftId: randomUUID(),
    },
    call,
  );
});
afterAll(() => room.close());

describe('versions of a resource', () => {
  it('are listed newest first, with who made them', async () => {
    const { data, nextCursor } = await room.ask(listResourceVersions, { resource: 'orders-eu', limit: 2 }, call);
    expect(data.map(({ version, by, resource }) => [version, by.type, resource.name])).toEqual([
      [3, 'token', 'orders-eu'],
      [2, 'token', 'orders'],
    ]);
    const last = await room.ask(
      listResourceVersions,
      { resource: 'orders-eu', limit: 2, cursor: nextCursor ?? '' },
      call,
    );
    expect(last.data.map(({ version, resource }) => [version, resource.version, resource.authentication])).toEqual([
      [1, 1, view('f1')],
    ]);
    expect(last.nextCursor).toBeNull();
  });

  it('differ in what a diff says, as JSON Pointers; a changed secret shows by its fingerprint', async () => {
    const diff = async (version: number) =>
      (await room.ask(diffResourceVersion, { resource: 'orders-eu', version }, call)).changes;
    expect(await diff(2)).toEqual([
      { pointer: '/headers/1/1', from: '2', to: '3' },
      { pointer: '/headers/2', from: null, to: ['C', '4'] },
    ]);
    expect(await diff(3)).toEqual(
      expect.arrayContaining([
        { pointer: '/name', from: 'orders', to: 'orders-eu' },
        { pointer: '/authentication/token/fingerprint', from: 'f1', to: 'f2' },
      ]),
    );
    expect(await diff(1)).toEqual(
      expect.arrayContaining([{ pointer: '/baseUrl', from: null, to: 'https://a.example' }]),
    );
    await expect(diff(4)).rejects.toMatchObject(problem('not-found'));
  });

  it('come back as a new version, credential included', async () => {
    const back = await room.ask(rollBackResource, { resource: 'orders-eu', version: 1 }, call);
    expect(back).toMatchObject({
      version: 4,
      name: 'orders',
      baseUrl: 'https://a.example',
      region: null,
      headers: [
        ['A', '1'],
        ['B', '2'],
      ],
      authentication: view('f1'),
    });
    expect((await room.watch(resources)).get(`${call.org}.${back.id}`)).toMatchObject({
      version: 4,
      credentialId: credentials[0],
    });
    expect((await room.events(call.org)).at(-1)).toMatchObject({
      action: 'resource.rolled-back',
      resource: { id: back.id, version: 4 },
      data: { to: 1 },
    });
    const { data } = await room.ask(listResourceVersions, { resource: 'orders' }, call);
    expect(data.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
    expect(data[1]?.resource.name).toBe('orders-eu');
  });

  it('do not come back under a name that is taken meanwhile, or as a version that never was', async () => {
    await room.ask(createResource, { settings: { name: 'orders-eu', baseUrl: 'https://c.example' } }, call);
    await expect(room.ask(rollBackResource, { resource: 'orders', version: 3 }, call)).rejects.toMatchObject(
      problem('resource-name-taken'),
    );
    await expect(room.ask(rollBackResource, { resource: 'orders', version: 99 }, call)).rejects.toMatchObject(
      problem('not-found'),
    );
    await room.ask(deleteResource, { resource: 'orders-eu' }, call);
  });

  it('stay as they were when others follow', async () => {
    const { data } = await room.ask(listResourceVersions, { resource: 'orders' }, call);
    await room.ask(updateResource, { resource: 'orders', settings: { description: 'later' } }, call);
    const after = await room.ask(listResourceVersions, { resource: 'orders' }, call);
    expect(after.data.slice(1)).toEqual(data);
  });
});
