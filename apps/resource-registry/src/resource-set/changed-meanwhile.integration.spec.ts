import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import {
  applyResources,
  createGroup,
  createResource,
  findResource,
  setGroupResource,
  updateOrganisation,
} from '@pontage/contracts/resource-registry';
import { callOf, problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
beforeAll(async () => {
  room = await RegistryRoom.open();
});
afterAll(() => room.close());

const baseUrl = 'https://api.example';

describe('a set whose secrets the broker is still keeping', () => {
  let admin: Call;
  let organisation = 0;
  beforeEach(async () => {
    admin = await room.newOrganisation(`meanwhile-${(organisation += 1)}`);
    await room.ask(updateOrganisation, { settings: { environments: ['production', 'staging'] } }, admin);
    await room.ask(createResource, { settings: { name: 'orders', baseUrl } }, admin);
  });

  /** Does something when the broker keeps a secret for good, not when it is only tried whether it would. */
  const meanwhile = (change: () => Promise<unknown>): void => {
    const { claim } = room.broker;
    room.broker.claim = async (wanted) => {
      if (!wanted.isTrial) {
        room.broker.claim = claim;
        await change();
      }
      return claim(wanted);
    };
  };
  const set = (settings: object) => ({
    resources: [{ settings: { name: 'orders', baseUrl, ...settings }, draftId: randomUUID() }],
  });

  it('is refused when access is taken away meanwhile', async () => {
    const { id } = await room.ask(createGroup, { name: 'team' }, admin);
    const grant = (access: 'edit' | 'use') => room.ask(setGroupResource, { id, resource: 'orders', access }, admin);
    await grant('edit');
    meanwhile(() => grant('use'));
    const member = callOf(admin.org, { groupIds: [id] });
    await expect(room.ask(applyResources, set({ description: 'x' }), member)).rejects.toMatchObject(
      problem('forbidden'),
    );
    expect(await room.ask(findResource, { resource: 'orders' }, admin)).toMatchObject({ version: 1, description: '' });
  });

  it('is refused when one of its environments is taken away meanwhile', async () => {
    meanwhile(() => room.ask(updateOrganisation, { settings: { environments: ['production'] } }, admin));
    const wanted = set({ environments: { staging: {} } });
    await expect(room.ask(applyResources, wanted, admin)).rejects.toMatchObject(
      problem('invalid-request', '/resources/0/environments/staging'),
    );
    expect(await room.ask(findResource, { resource: 'orders' }, admin)).toMatchObject({ version: 1 });
  });
});
