import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import {
  checkRegion,
  checkResource,
  createGroup,
  listResources,
  updateGroup,
} from '@pontage/contracts/resource-registry';
import { callOf, problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
beforeAll(async () => {
  room = await RegistryRoom.open();
  call = await room.newOrganisation('checked');
});
afterAll(() => room.close());

const check = (settings: object, as = call) =>
  room.ask(checkResource, { settings: { name: 'orders', baseUrl: 'https://api.example.com', ...settings } }, as);

describe('checkResource', () => {
  it('says what would be saved, with the names of the draft in the place of its secrets, and saves nothing', async () => {
    const { settings } = await check({ headers: [['X-Key', { draft: 's0' }]], urlParams: [['a', 'b']] });
    expect(settings).toMatchObject({
      name: 'orders',
      headers: [['X-Key', { set: true, fingerprint: 's0' }]],
      urlParams: [['a', 'b']],
      timeoutMs: 10_000,
    });
    const found = await room.ask(listResources, { limit: 10 }, call);
    expect(found.data).toEqual([]);
    expect((await room.events(call.org)).filter(({ action }) => action.startsWith('resource.'))).toEqual([]);
    expect(room.broker.claims).toEqual([]);
  });

  it('refuses what a save would refuse', async () => {
    await expect(check({ region: 'mars-1' })).rejects.toMatchObject(problem('unknown-region'));
    await expect(check({ headers: [['X', '{{ 1 + 1 }}']] })).rejects.toMatchObject(
      problem('invalid-request', '/headers/0/1'),
    );
    await expect(check({ headers: [['X', { set: true, fingerprint: 'f' }]] })).rejects.toMatchObject(
      problem('invalid-request', '/headers/0/1'),
    );
  });

  it('is for those who could add it', async () => {
    const { id } = await room.ask(createGroup, { name: 'readers' }, call);
    const restricted = callOf(call.org, { scopes: ['resources:write'], groupIds: [id] });
    await expect(check({}, restricted)).rejects.toMatchObject(problem('forbidden'));
    await room.ask(updateGroup, { id, settings: { allResources: 'edit' } }, call);
    expect((await check({}, restricted)).settings.name).toBe('orders');
  });
});

it('checkRegion knows the regions of the installation, with or without workers', async () => {
  expect(await room.ask(checkRegion, { region: 'us-west-2' }, call)).toEqual({});
  await expect(room.ask(checkRegion, { region: 'mars-1' }, call)).rejects.toMatchObject(problem('unknown-region'));
});
