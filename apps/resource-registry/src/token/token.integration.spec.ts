import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call, Scope } from '@pontage/contracts';
import { createGroup, createToken, listTokens, revokeToken } from '@pontage/contracts/resource-registry';
import { tokens } from '@pontage/contracts/snapshots';
import type { SnapshotWatch } from '@pontage/snapshots';
import { callOf, newHash, problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
let watch: SnapshotWatch<typeof tokens>;
let count = 0;
beforeAll(async () => {
  room = await RegistryRoom.open();
  watch = await room.watch(tokens);
});
beforeEach(async () => {
  count += 1;
  call = await room.newOrganisation(`organisation ${count}`);
});
afterAll(() => room.close());

const add = (
  draft: { name?: string; scopes?: Scope[]; groupIds?: number[] | null; expiresAt?: string },
  by = call,
  hash = newHash(),
) => room.ask(createToken, { draft: { name: 'ci', scopes: ['apps:read'], ...draft }, hash }, by);
const names = async (by: Call) => (await room.ask(listTokens, {}, by)).data.map(({ name }) => name);

describe('createToken', () => {
  it('keeps the hash, shows neither it nor the token, and every gateway knows the token before it is answered', async () => {
    const hash = newHash();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const token = await add({ scopes: ['queries:run', 'users:act'], expiresAt }, call, hash);
    expect(token).toEqual({
      id: expect.any(String),
      name: 'ci',
      description: '',
      scopes: ['queries:run', 'users:act'],
      groupIds: null,
      expiresAt,
      createdAt: expect.any(String),
      createdBy: 'spec',
      memberId: null,
    });
    expect(watch.get(hash)).toEqual({
      org: call.org,
      id: token.id,
      name: 'ci',
      scopes: ['queries:run', 'users:act'],
      groupIds: null,
      expiresAt,
      memberId: null,
    });
    const event = (await room.events(call.org)).at(-1);
    expect(event).toMatchObject({ action: 'token.created', data: { token: token.id }, actor: { type: 'token' } });
    expect(JSON.stringify([event, await room.ask(listTokens, {}, call)])).not.toContain(hash);
  });

  it('grants no scope that its maker lacks', async () => {
    const poor = callOf(call.org, { scopes: ['tokens:write', 'apps:read'] });
    await add({ scopes: ['apps:read'] }, poor);
    for (const scope of ['apps:write', 'admin', 'operator'] as const)
      await expect(add({ scopes: [scope] }, poor)).rejects.toMatchObject(problem('forbidden'));
    await add({ scopes: ['admin', 'regions:read'] });
    for (const scope of ['operator', 'regions:write'] as const)
      await expect(add({ scopes: [scope] })).rejects.toMatchObject(problem('forbidden'));
    await add({ scopes: ['operator', 'regions:write'] }, callOf(call.org, { scopes: ['operator', 'tokens:write'] }));
  });

  it('grants no group beyond its maker’s, and never all of them', async () => {
    const [one, two] = [
      await room.ask(createGroup, { name: 'one' }, call),
      await room.ask(createGroup, { name: 'two' }, call),
    ];
    const restricted = callOf(call.org, { groupIds: [one.id] });
    await add({ groupIds: [one.id] }, restricted);
    await add({ groupIds: [] }, restricted);
    for (const groupIds of [[two.id], [one.id, two.id], null])
      await expect(add({ groupIds }, restricted)).rejects.toMatchObject(problem('forbidden'));
  });

  it('refuses groups that are not there, or another organisation’s', async () => {
    const mine = await room.ask(createGroup, { name: 'mine' }, call);
    const theirs = await room.ask(
      createGroup,
      { name: 'theirs' },
      await room.newOrganisation(`their organisation ${count}`),
    );
    await expect(add({ groupIds: [mine.id, theirs.id] })).rejects.toMatchObject(
      problem('invalid-request', '/groupIds/1'),
    );
  });
});

describe('listTokens', () => {
  it('shows a restricted token those within its groups', async () => {
    const [one, two] = [
      await room.ask(createGroup, { name: 'one' }, call),
      await room.ask(createGroup, { name: 'two' }, call),
    ];
    await add({ name: 'a', groupIds: [one.id] });
    await add({ name: 'b', groupIds: [one.id, two.id] });
    await add({ name: 'c' });
    expect(await names(call)).toEqual(['a', 'admin', 'b', 'c']);
    expect(await names(callOf(call.org, { groupIds: [one.id] }))).toEqual(['a']);
  });

  it('goes through all of them page by page, although names repeat', async () => {
    for (let index = 0; index < 4; index += 1) await add({ name: 'same' });
    const seen = new Set<string>();
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: { data: { id: string }[]; nextCursor: string | null } = await room.ask(
        listTokens,
        { limit: 2, ...(cursor === undefined ? {} : { cursor }) },
        call,
      );
      for (const { id } of page.data) seen.add(id);
      cursor = page.nextCursor;
    }
    expect(seen.size).toBe(5);
  });
});

describe('revokeToken', () => {
  it('ends a token everywhere before it is answered, and is recorded', async () => {
    const hash = newHash();
    const { id } = await add({}, call, hash);
    expect(await room.ask(revokeToken, { id }, call)).toEqual({});
    expect(watch.get(hash)).toBeUndefined();
    expect(await names(call)).toEqual(['admin']);
    expect((await room.events(call.org)).at(-1)).toMatchObject({
      action: 'token.revoked',
      data: { token: id, name: 'ci' },
    });
    await expect(room.ask(revokeToken, { id }, call)).rejects.toMatchObject(problem('not-found'));
    await expect(room.ask(revokeToken, { id: randomUUID() }, call)).rejects.toMatchObject(problem('not-found'));
  });

  it('ends nothing of another organisation, nor beyond the caller’s groups', async () => {
    const hash = newHash();
    const { id } = await add({}, call, hash);
    const group = await room.ask(createGroup, { name: 'g' }, call);
    await expect(
      room.ask(revokeToken, { id }, await room.newOrganisation(`their organisation ${count}`)),
    ).rejects.toMatchObject(problem('not-found'));
    await expect(room.ask(revokeToken, { id }, callOf(call.org, { groupIds: [group.id] }))).rejects.toMatchObject(
      problem('not-found'),
    );
    expect(watch.get(hash)).toMatchObject({ id });
  });

  it('works while the database is down, and is stored when it is back', async () => {
    const hash = newHash();
    const { id } = await add({}, call, hash);
    await room.stack.killPostgres();
    const started = performance.now();
    await room.ask(revokeToken, { id }, call);
    expect(watch.get(hash)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(1_000);
    await room.stack.restartPostgres();
    const deadline = Date.now() + 8_000;
    let actions: string[] = [];
    while (!actions.includes('token.revoked') && Date.now() < deadline)
      actions = (await room.events(call.org)).map(({ action }) => action);
    expect(actions.filter((action) => action === 'token.revoked')).toHaveLength(1);
    expect(await names(call)).toEqual(['admin']);
  });

  it('is stored by the next start when this process does not live to do it', async () => {
    const hash = newHash();
    const { id } = await add({}, call, hash);
    await room.stack.killPostgres();
    await room.ask(revokeToken, { id }, call);
    await room.stopRegistry();
    await room.stack.restartPostgres();
    await room.start();
    expect(watch.get(hash)).toBeUndefined();
    expect(await names(call)).toEqual(['admin']);
    expect((await room.events(call.org)).at(-1)).toMatchObject({
      action: 'token.revoked',
      actor: { type: 'service' },
      data: { token: id },
    });
  });
});
