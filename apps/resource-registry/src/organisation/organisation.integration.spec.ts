import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { eventStream } from '@pontage/contracts/events';
import {
  createApp,
  createOrganisation,
  createToken,
  findOrganisation,
  listOrganisations,
  listTokens,
  putConfig,
  putQuery,
  createResource,
  revokeToken,
  updateOrganisation,
} from '@pontage/contracts/resource-registry';
import { organisations, tokens } from '@pontage/contracts/snapshots';
import { callOf, newHash, problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
beforeAll(async () => {
  room = await RegistryRoom.open(3);
});
afterAll(() => room.close());

const settings = { name: 'orders', baseUrl: 'https://api.example.com/v1' };

describe('the first organisation', () => {
  it('is made at the first start, once even by several processes, with the admin token of the installation', async () => {
    const watch = await room.watch(tokens);
    const token = watch.get(room.adminHash);
    expect(token).toMatchObject({ name: 'admin', scopes: ['admin', 'operator'], groupIds: null, expiresAt: null });
    const organisation = await room.ask(findOrganisation, {}, callOf(token?.org ?? ''));
    expect(organisation).toMatchObject({
      name: 'default',
      defaultRegion: 'eu-central-1',
      environments: ['production', 'staging'],
      version: 1,
    });
    expect((await room.watch(organisations)).get(organisation.id)).toMatchObject({
      name: 'default',
      openResources: true,
    });
    const events = await room.events(organisation.id);
    expect(events.map(({ action }) => action)).toEqual(['organisation.created', 'token.created']);
    expect(JSON.stringify(events)).not.toContain(room.adminHash);
  });

  it('is not made again by later starts, nor by several at once', async () => {
    await room.stopRegistry();
    await Promise.all([room.start(), room.start()]);
    const { data } = await room.ask(listOrganisations, {}, room.operator());
    expect(data.map(({ name }) => name)).toEqual(['default']);
    const org = data[0]?.id ?? '';
    expect((await room.ask(listTokens, {}, callOf(org))).data).toHaveLength(1);
  });

  it('takes another admin token at the next start and refuses the old one; going back works, too', async () => {
    const watch = await room.watch(tokens);
    const next = newHash();
    await room.stopRegistry();
    await room.start(next);
    expect(await watch.find(next)).toMatchObject({ name: 'admin', scopes: ['admin', 'operator'] });
    await watch.until(() => (watch.get(room.adminHash) === undefined ? true : undefined), 1_000);
    expect(watch.get(room.adminHash)).toBeUndefined();

    await room.stopRegistry();
    await room.start();
    expect(await watch.until(() => watch.get(room.adminHash), 1_000)).toMatchObject({ name: 'admin' });
    await watch.until(() => (watch.get(next) === undefined ? true : undefined), 1_000);
    expect(watch.get(next)).toBeUndefined();
  });

  it('does not bring back an admin token that somebody has revoked', async () => {
    const watch = await room.watch(tokens);
    const { org = '', id = '' } = watch.get(room.adminHash) ?? {};
    await room.ask(revokeToken, { id }, callOf(org));
    await room.stopRegistry();
    await room.start();
    expect(watch.get(room.adminHash)).toBeUndefined();
    expect((await room.ask(listTokens, {}, callOf(org))).data).toEqual([]);
    // Another one may come: the organisation is as it was before, for whatever is tried once more.
    await room.stopRegistry();
    await room.start(newHash());
    expect((await room.ask(listTokens, {}, callOf(org))).data).toHaveLength(1);
  });
});

describe('organisations', () => {
  it('are added by operators only, each with its admin token', async () => {
    const admin = callOf((await room.newOrganisation('first')).org);
    await expect(room.ask(createOrganisation, { name: 'x', adminTokenHash: newHash() }, admin)).rejects.toMatchObject(
      problem('missing-scope'),
    );
    await expect(room.ask(listOrganisations, {}, admin)).rejects.toMatchObject(problem('missing-scope'));
    const hash = newHash();
    const { organisation } = await room.ask(
      createOrganisation,
      { name: 'second', defaultRegion: 'us-west-2', adminTokenHash: hash },
      room.operator(),
    );
    expect(await (await room.watch(tokens)).find(hash)).toMatchObject({ org: organisation.id, scopes: ['admin'] });
    await expect(
      room.ask(createOrganisation, { name: 'second', adminTokenHash: newHash() }, room.operator()),
    ).rejects.toMatchObject(problem('organisation-name-taken'));
    await expect(
      room.ask(
        createOrganisation,
        { name: 'third', defaultRegion: 'mars', adminTokenHash: newHash() },
        room.operator(),
      ),
    ).rejects.toMatchObject({ slug: 'unknown-region', facts: { region: 'mars' } });
  });

  it('are listed in pages, each once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await room.ask(
        listOrganisations,
        { limit: 1, ...(cursor === undefined ? {} : { cursor }) },
        room.operator(),
      );
      seen.push(...page.data.map(({ name }) => name));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.sort()).toEqual(['default', 'first', 'second']);
    await expect(room.ask(listOrganisations, { cursor: 'made-up' }, room.operator())).rejects.toMatchObject(
      problem('invalid-request', '/cursor'),
    );
  });

  it('change version by version, and everybody hears of it', async () => {
    const call = await room.newOrganisation('changing');
    const changed = await room.ask(
      updateOrganisation,
      { settings: { embed: { allowedOrigins: ['https://shop.example'] } }, ifVersion: 1 },
      call,
    );
    expect(changed).toMatchObject({
      version: 2,
      name: 'changing',
      embed: { allowedOrigins: ['https://shop.example'] },
    });
    const watch = await room.watch(organisations);
    expect(watch.versionOf(call.org)).toBe(2);
    expect(watch.get(call.org)?.embed.allowedOrigins).toEqual(['https://shop.example']);
    await expect(room.ask(updateOrganisation, { settings: { name: 'x' }, ifVersion: 1 }, call)).rejects.toMatchObject(
      problem('precondition-failed'),
    );
    expect((await room.events(call.org)).at(-1)).toMatchObject({
      action: 'organisation.updated',
      actor: { type: 'token', display: 'spec' },
      ip: '192.0.2.1',
      changes: [{ pointer: '/embed/allowedOrigins/0', from: null, to: 'https://shop.example' }],
    });
    expect(await room.ask(updateOrganisation, { settings: { name: 'changing' } }, call)).toMatchObject({ version: 2 });
  });

  it('are neither changed nor added by a token that is restricted to groups', async () => {
    const call = await room.newOrganisation('whole');
    const restricted = callOf(call.org, { scopes: ['admin', 'operator'], groupIds: [] });
    await expect(room.ask(updateOrganisation, { settings: { name: 'taken over' } }, restricted)).rejects.toMatchObject(
      problem('forbidden'),
    );
    await expect(
      room.ask(createOrganisation, { name: 'way out', adminTokenHash: newHash() }, restricted),
    ).rejects.toMatchObject(problem('forbidden'));
    expect((await room.ask(findOrganisation, {}, call)).name).toBe('whole');
  });

  it('refuse a taken name, an unknown region and an environment twice', async () => {
    const call = await room.newOrganisation('strict');
    await expect(room.ask(updateOrganisation, { settings: { name: 'changing' } }, call)).rejects.toMatchObject(
      problem('organisation-name-taken'),
    );
    await expect(room.ask(updateOrganisation, { settings: { defaultRegion: 'mars' } }, call)).rejects.toMatchObject(
      problem('unknown-region'),
    );
    const twice = { settings: { environments: ['production', 'production'] } };
    await expect(room.ask(updateOrganisation, twice, call)).rejects.toMatchObject(
      problem('invalid-request', '/environments/1'),
    );
    expect(await room.ask(findOrganisation, {}, call)).toMatchObject({ name: 'strict', version: 1 });
  });

  it('keep an environment that something names', async () => {
    const call = await room.newOrganisation('staged');
    await room.ask(putConfig, { name: 'HOST', environment: 'staging', value: 'x' }, call);
    await room.ask(createResource, { settings }, call);
    const { uuid } = await room.ask(createApp, { name: 'portal' }, call);
    await room.ask(
      putQuery,
      { app: uuid, name: 'q', query: { resource: 'orders', request: { environment: 'staging' } } },
      call,
    );
    const without = room.ask(updateOrganisation, { settings: { environments: ['production'] } }, call);
    await expect(without).rejects.toMatchObject({
      slug: 'in-use',
      facts: { by: ['config HOST (staging)', `query q of app ${uuid}`] },
    });
  });
});

describe('tokens of a new organisation', () => {
  it('cannot be made with the hash of another one', async () => {
    const call = await room.newOrganisation('hashes');
    const hash = newHash();
    await room.ask(createToken, { draft: { name: 'a', scopes: ['apps:read'] }, hash }, call);
    await expect(
      room.ask(createToken, { draft: { name: 'b', scopes: ['apps:read'] }, hash }, call),
    ).rejects.toMatchObject(problem('invalid-request'));
  });
});

describe('a first start that is faster than the event stream', () => {
  it('serves when the gateways can know the admin token, and not before', async () => {
    await using late = await RegistryRoom.open(0);
    const streams = (await jetstreamManager(await late.stack.operator())).streams;
    await streams.delete(eventStream.name);
    const start = late.start();
    await sleep(1_000);
    await streams.add({ name: eventStream.name, subjects: [...eventStream.subjects] });
    await start;
    const watch = await late.watch(tokens);
    expect(watch.get(late.adminHash)).toMatchObject({ name: 'admin' });
  });
});
