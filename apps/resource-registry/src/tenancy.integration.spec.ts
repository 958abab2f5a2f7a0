import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts, type Call, type RequestContract } from '@pontage/contracts';
import * as registry from '@pontage/contracts/resource-registry';
import { newHash, problem, RegistryRoom } from './registry.fixture.js';

let room: RegistryRoom;
let mine: Call;
let theirs: Call;
let known: { app: string; resource: string; group: number; token: string; member: string };

beforeAll(async () => {
  room = await RegistryRoom.open();
  mine = await room.newOrganisation('mine');
  theirs = await room.newOrganisation('theirs');
  const { uuid } = await room.ask(registry.createApp, { name: 'portal' }, mine);
  const { id: resource } = await room.ask(
    registry.createResource,
    { settings: { name: 'orders', baseUrl: 'https://a.example' } },
    mine,
  );
  await room.ask(registry.putQuery, { app: uuid, name: 'q', query: { resource, request: {} } }, mine);
  await room.ask(registry.putConfig, { name: 'A', value: '1' }, mine);
  const { id: group } = await room.ask(registry.createGroup, { name: 'stores' }, mine);
  const { id: token } = await room.ask(
    registry.createToken,
    { draft: { name: 'ci', scopes: ['apps:read'] }, hash: newHash() },
    mine,
  );
  const { id: member } = await room.ask(registry.createMember, { email: 'ada@example.com', role: 'admin' }, mine);
  known = { app: uuid, resource, group, token, member };
});
afterAll(() => room.close());

type Ids = typeof known;
/** Each contract that takes an id, with a request that is fine but for whose id it is. */
const byId: readonly [RequestContract, (ids: Ids) => unknown][] = [
  [registry.findApp, ({ app }) => ({ uuid: app })],
  [registry.updateApp, ({ app }) => ({ uuid: app, settings: { name: 'x' } })],
  [registry.deleteApp, ({ app }) => ({ uuid: app })],
  [registry.listQueries, ({ app }) => ({ app })],
  [registry.findQuery, ({ app }) => ({ app, name: 'q' })],
  [registry.putQuery, ({ app, resource }) => ({ app, name: 'q', query: { resource, request: {} } })],
  [registry.deleteQuery, ({ app }) => ({ app, name: 'q' })],
  [registry.findResource, ({ resource }) => ({ resource })],
  [registry.updateResource, ({ resource }) => ({ resource, settings: { description: 'x' } })],
  [registry.updateResource, ({ resource }) => ({ resource, settings: {}, draftId: randomUUID() })],
  [registry.deleteResource, ({ resource }) => ({ resource })],
  [registry.listResourceVersions, ({ resource }) => ({ resource })],
  [registry.diffResourceVersion, ({ resource }) => ({ resource, version: 1 })],
  [registry.rollBackResource, ({ resource }) => ({ resource, version: 1 })],
  [registry.prepareRotation, ({ resource }) => ({ resource })],
  [registry.installRotation, ({ resource }) => ({ resource, draftId: randomUUID(), basedOn: randomUUID() })],
  [registry.findGroup, ({ group }) => ({ id: group })],
  [registry.updateGroup, ({ group }) => ({ id: group, settings: { name: 'x' } })],
  [registry.deleteGroup, ({ group }) => ({ id: group })],
  [registry.setGroupApp, ({ group, app }) => ({ id: group, app, access: 'own' })],
  [registry.setGroupResource, ({ group, resource }) => ({ id: group, resource, access: 'own' })],
  [registry.setGroupMember, ({ group, member }) => ({ id: group, member, isIn: true })],
  [registry.findMember, ({ member }) => ({ id: member })],
  [registry.updateMember, ({ member }) => ({ id: member, changes: { name: 'x' } })],
  [registry.deleteMember, ({ member }) => ({ id: member })],
  [registry.extendMemberSession, () => ({ tokenHash: newHash() })],
  [registry.revokeToken, ({ token }) => ({ id: token })],
  [registry.deleteConfig, () => ({ name: 'A' })],
];
const withoutId: readonly RequestContract[] = [
  registry.createApp,
  registry.listApps,
  registry.createResource,
  registry.listResources,
  registry.checkResource,
  registry.checkRegion,
  registry.updateRegion,
  registry.drainWorker,
  registry.planResources,
  registry.applyResources,
  registry.createGroup,
  registry.listGroups,
  registry.createMember,
  registry.listMembers,
  registry.signInWithPassword,
  registry.signInWithIdentity,
  registry.refuseSignIn,
  registry.endMemberSession,
  registry.createToken,
  registry.listTokens,
  registry.putConfig,
  registry.listConfig,
  registry.findOrganisation,
  registry.updateOrganisation,
  registry.listOrganisations,
  registry.createOrganisation,
];
const served = contracts.filter(({ service }) => service === 'resource-registry');

describe('every contract of the registry', () => {
  it('is known to these tests', () => {
    const listed = new Set([...byId.map(([contract]) => contract.subject), ...withoutId.map(({ subject }) => subject)]);
    expect([...listed].sort()).toEqual(served.map(({ subject }) => subject).sort());
  });

  it.each(served.map((contract) => [contract.subject, contract] as const))(
    'is served, and refuses garbage: %s',
    async (_, contract) => {
      await expect(room.ask(contract, { nonsense: true }, mine)).rejects.toMatchObject(problem('invalid-request'));
    },
  );
});

describe('another organisation', () => {
  it.each(byId.map(([contract, input], index) => [`${index} ${contract.subject}`, contract, input] as const))(
    'is told of no such thing: %s',
    async (_, contract, input) => {
      await expect(room.ask(contract, input(known), theirs)).rejects.toMatchObject(problem('not-found'));
    },
  );

  it('plans and applies sets without the resources of others, even when it prunes', async () => {
    const set = { resources: [{ settings: { name: 'orders', baseUrl: 'https://theirs.example' } }], prune: true };
    const { changes } = await room.ask(registry.applyResources, set, theirs);
    expect(changes.map(({ name, action }) => [name, action])).toEqual([['orders', 'create']]);
    expect((await room.ask(registry.findResource, { resource: 'orders' }, mine)).baseUrl).not.toBe(
      'https://theirs.example',
    );
    await room.ask(registry.applyResources, { resources: [], prune: true }, theirs);
    await expect(room.ask(registry.findResource, { resource: 'orders' }, theirs)).rejects.toMatchObject(
      problem('not-found'),
    );
  });

  it('finds nothing by name or in a list', async () => {
    await expect(room.ask(registry.findResource, { resource: 'orders' }, theirs)).rejects.toMatchObject(
      problem('not-found'),
    );
    for (const contract of [
      registry.listApps,
      registry.listResources,
      registry.listGroups,
      registry.listConfig,
    ] as const) {
      expect((await room.ask(contract, {}, theirs)).data).toEqual([]);
    }
    expect((await room.ask(registry.listTokens, {}, theirs)).data.map(({ name }) => name)).toEqual(['admin']);
  });

  it('may use the same names', async () => {
    await room.ask(registry.createApp, { name: 'portal' }, theirs);
    await room.ask(registry.createResource, { settings: { name: 'orders', baseUrl: 'https://b.example' } }, theirs);
    await room.ask(registry.createGroup, { name: 'stores' }, theirs);
    await room.ask(registry.putConfig, { name: 'A', value: '2' }, theirs);
    expect((await room.ask(registry.listConfig, {}, mine)).data.map(({ value }) => value)).toEqual(['1']);
  });

  it('cannot join its own things with ours', async () => {
    const app = (await room.ask(registry.listApps, {}, theirs)).data[0]?.uuid ?? '';
    const group = (await room.ask(registry.listGroups, {}, theirs)).data[0]?.id ?? 0;
    const query = { resource: known.resource, request: {} };
    await expect(room.ask(registry.putQuery, { app, name: 'q', query }, theirs)).rejects.toMatchObject(
      problem('invalid-request', '/resource'),
    );
    await expect(
      room.ask(registry.setGroupApp, { id: group, app: known.app, access: 'own' }, theirs),
    ).rejects.toMatchObject(problem('not-found'));
    await expect(
      room.ask(registry.setGroupResource, { id: group, resource: known.resource, access: 'own' }, theirs),
    ).rejects.toMatchObject(problem('not-found'));
    await expect(
      room.ask(
        registry.createToken,
        { draft: { name: 'x', scopes: ['apps:read'], groupIds: [known.group] }, hash: newHash() },
        theirs,
      ),
    ).rejects.toMatchObject(problem('invalid-request', '/groupIds/0'));
  });

  it('has changed nothing of ours', async () => {
    expect(await room.ask(registry.findApp, { uuid: known.app }, mine)).toMatchObject({ name: 'portal', version: 1 });
    expect(await room.ask(registry.findResource, { resource: 'orders' }, mine)).toMatchObject({
      id: known.resource,
      version: 1,
    });
    expect(await room.ask(registry.findGroup, { id: known.group }, mine)).toMatchObject({
      version: 1,
      apps: [],
      resources: [],
    });
  });
});
