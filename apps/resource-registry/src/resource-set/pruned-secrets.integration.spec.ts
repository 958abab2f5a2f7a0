import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import { applyResources, createResource, listResources } from '@pontage/contracts/resource-registry';
import { unavailable } from '@pontage/problems';
import { problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
beforeAll(async () => {
  room = await RegistryRoom.open();
  call = await room.newOrganisation('pruned');
});
afterAll(() => room.close());

const named = async () => (await room.ask(listResources, {}, call)).data.map(({ name }) => name);

it('keeps the secrets of all resources that stay when the broker fails while a set is pruned', async () => {
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    const settings = { name, baseUrl: 'https://api.example' };
    ids.push((await room.ask(createResource, { settings, draftId: randomUUID() }, call)).id);
  }
  // It goes down before it comes to the last of them.
  room.broker.forget = (forgotten) => {
    if (forgotten.includes(ids[2] ?? '')) throw unavailable({});
  };
  const pruned = { resources: [], prune: true };
  await expect(room.ask(applyResources, pruned, call)).rejects.toMatchObject(problem('unavailable'));
  expect(await named()).toEqual(['a', 'b', 'c']);
  expect(room.broker.forgotten).toEqual([]);

  room.broker.forget = () => undefined;
  await room.ask(applyResources, pruned, call);
  expect(await named()).toEqual([]);
  expect(room.broker.forgotten.toSorted()).toEqual(ids.toSorted());
});
