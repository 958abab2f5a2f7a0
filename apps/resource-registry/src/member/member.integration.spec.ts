import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as registry from '@pontage/contracts/resource-registry';
import { memberSessions, tokens } from '@pontage/contracts/snapshots';
import type { SnapshotWatch } from '@pontage/snapshots';
import { Client } from 'pg';
import { callOf, newHash, problem, type RegistryRoom } from '../registry.fixture.js';
import type { Call } from '@pontage/contracts';
import { MemberRoom } from './member-room.fixture.js';

let here: MemberRoom;
let room: RegistryRoom;
let admin: Call;
let live: SnapshotWatch<typeof memberSessions>;
let heard: SnapshotWatch<typeof tokens>;

beforeAll(async () => {
  here = await MemberRoom.open('people');
  ({ registry: room, admin } = here);
  live = await room.watch(memberSessions);
  heard = await room.watch(tokens);
});
afterAll(() => here.close());

const signIn = async (email: string, password: string, hash = newHash()): Promise<string> => {
  await room.ask(registry.signInWithPassword, { organisation: 'people', email, password, tokenHash: hash }, admin);
  return hash;
};

/** Until a statement waits for a row that somebody else holds. */
async function untilSomebodyWaits(): Promise<void> {
  const client = new Client(room.stack.postgres.superuserUrl);
  await client.connect();
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
  for (let rows: unknown[] = []; rows.length === 0; { rows } = await client.query(waiting));
  await client.end();
}

describe('members', () => {
  it('are added, listed, shown and told to the gateways, and nothing of a password comes back', async () => {
    const { id: group } = await room.ask(registry.createGroup, { name: 'readers' }, admin);
    const made = await here.add({
      email: ' Ada@Example.COM ',
      name: 'Ada',
      groupIds: [group],
      password: 'correct horse',
    });
    expect(made).toMatchObject({ email: 'ada@example.com', role: 'member', hasPassword: true, groupIds: [group] });
    expect(here.told(made.id)).toEqual({ email: 'ada@example.com', name: 'Ada', role: 'member', groupIds: [group] });
    const { data } = await room.ask(registry.listMembers, {}, admin);
    expect(data).toContainEqual(made);
    expect(JSON.stringify([made, data])).not.toMatch(/argon2|correct horse/);
    const events = JSON.stringify(await room.events(admin.org));
    expect(events).toContain('member.created');
    expect(events).not.toMatch(/argon2|correct horse/);
  });

  it('have passwords that are kept as argon2id, and an address once', async () => {
    const { email } = await here.add({ password: 'battery staple' });
    await expect(here.add({ email: email.toUpperCase() })).rejects.toMatchObject(problem('member-email-taken'));
    const client = new Client(room.stack.databaseUrl('resource_registry'));
    await client.connect();
    const { rows } = await client
      .query(`BEGIN; SELECT set_config('app.org', '${admin.org}', true)`)
      .then(() => client.query('SELECT password_hash FROM resource_registry.member WHERE email = $1', [email]))
      .finally(() => client.end());
    expect(rows).toEqual([{ password_hash: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/) }]);
  });

  it.each<[string, object]>([
    ['/email', { email: 'nobody' }],
    ['/password', { email: 'x@example.com', password: 'short' }],
    ['/groupIds/0', { email: 'x@example.com', groupIds: [4711] }],
    ['/role', { email: 'x@example.com', role: 'owner' }],
  ])('are refused with a pointer to %s', async (pointer, draft) => {
    await expect(room.ask(registry.createMember, draft as { email: string }, admin)).rejects.toMatchObject(
      problem('invalid-request', pointer),
    );
  });

  it('are not made, changed or removed by those who may less', async () => {
    const weak = callOf(admin.org, { scopes: ['members:write'] });
    await expect(room.ask(registry.createMember, { email: here.address(), role: 'admin' }, weak)).rejects.toMatchObject(
      problem('forbidden'),
    );
    await expect(room.ask(registry.createMember, { email: here.address() }, weak)).rejects.toMatchObject(
      problem('forbidden'),
    );
    const boss = await here.add({ role: 'admin' });
    await expect(here.change(boss.id, { password: 'a new password' }, weak)).rejects.toMatchObject(
      problem('forbidden'),
    );
    await expect(room.ask(registry.deleteMember, { id: boss.id }, weak)).rejects.toMatchObject(problem('forbidden'));
    expect(here.told(boss.id)).not.toBeNull();
    const restricted = callOf(admin.org, { groupIds: [1] });
    await expect(room.ask(registry.listMembers, {}, restricted)).rejects.toMatchObject(problem('forbidden'));
  });

  it('change little about themselves, and a password only with the one they have', async () => {
    const me = await here.add({ password: 'the first password' });
    const mine = here.callOf(me.id);
    await expect(here.change(me.id, { role: 'admin' }, mine)).rejects.toMatchObject(problem('forbidden'));
    await expect(here.change(me.id, { disabled: true }, mine)).rejects.toMatchObject(problem('forbidden'));
    const other = await here.add();
    await expect(here.change(other.id, { name: 'x' }, mine)).rejects.toMatchObject(problem('not-found'));
    const next = { password: 'the second password' };
    await expect(here.change(me.id, next, mine)).rejects.toMatchObject(problem('invalid-request', '/currentPassword'));
    await expect(here.change(me.id, { ...next, currentPassword: 'wrong' }, mine)).rejects.toMatchObject(
      problem('invalid-request', '/currentPassword'),
    );
    await expect(
      here.change(
        me.id,
        { ...next, currentPassword: 'the first password' },
        here.callOf(me.id, { token: randomUUID() }),
      ),
    ).rejects.toMatchObject(problem('forbidden'));
    await signIn(me.email, 'the first password');
  });

  it('get their first password from whoever manages members, and their address by no narrower token', async () => {
    const me = await here.add();
    await expect(here.change(me.id, { password: 'the first password' }, here.callOf(me.id))).rejects.toMatchObject(
      problem('forbidden'),
    );
    const boss = await here.add({ role: 'admin' });
    const narrow = here.callOf(boss.id, { scopes: ['members:write'], groupIds: null, token: randomUUID() });
    await expect(here.change(boss.id, { email: here.address() }, narrow)).rejects.toMatchObject(problem('forbidden'));
    expect((await here.change(boss.id, { name: 'Boss' }, narrow)).name).toBe('Boss');
    const own = here.callOf(me.id, { token: randomUUID() });
    await expect(here.change(me.id, { name: 'M' }, own)).rejects.toMatchObject(problem('forbidden'));
  });

  it('lose their other sessions when the password is replaced', async () => {
    const me = await here.add({ password: 'the first password' });
    const [kept, lost] = [await signIn(me.email, 'the first password'), await signIn(me.email, 'the first password')];
    const changes = { password: 'the second password', currentPassword: 'the first password' };
    await room.ask(registry.updateMember, { id: me.id, changes, sessionHash: kept }, here.callOf(me.id));
    expect([live.get(kept)?.memberId, live.get(lost)]).toEqual([me.id, undefined]);
    await expect(signIn(me.email, 'the first password')).rejects.toMatchObject(problem('sign-in-refused'));
    await signIn(me.email, 'the second password');
  });

  it('may do nothing once they are disabled, and the same as before when they are enabled again', async () => {
    const me = await here.add({ password: 'the first password' });
    const session = await signIn(me.email, 'the first password');
    const { version } = await here.change(me.id, { disabled: true });
    expect([here.told(me.id), live.get(session)]).toEqual([null, undefined]);
    await expect(signIn(me.email, 'the first password')).rejects.toMatchObject(problem('sign-in-refused'));
    const again = await here.change(me.id, { disabled: false });
    expect(again.version).toBeGreaterThan(version);
    expect(here.told(me.id)).toMatchObject({ role: 'member' });
    await signIn(me.email, 'the first password');
  });

  it('go with their sessions and their tokens', async () => {
    const me = await here.add({ password: 'the first password' });
    const session = await signIn(me.email, 'the first password');
    const hash = newHash();
    const draft = { name: 'mine', scopes: ['queries:run' as const] };
    const made = await room.ask(registry.createToken, { draft, hash }, here.callOf(me.id));
    expect([made.memberId, heard.get(hash)?.memberId]).toEqual([me.id, me.id]);
    await room.ask(registry.deleteMember, { id: me.id }, admin);
    expect([here.told(me.id), live.get(session), heard.get(hash)]).toEqual([null, undefined, undefined]);
    await expect(room.ask(registry.findMember, { id: me.id }, admin)).rejects.toMatchObject(problem('not-found'));
    const actions = (await room.events(admin.org)).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['member.signed-in', 'token.created', 'member.deleted']));
  });

  it('are held against what they are when a change is stored: a password that was replaced meanwhile proves nothing', async () => {
    const me = await here.add({ password: 'the first password' });
    const other = await here.add({ password: 'what an admin has given' });
    const client = new Client(room.stack.databaseUrl('resource_registry'));
    await client.connect();
    try {
      await client.query(`BEGIN; SELECT set_config('app.org', '${admin.org}', true)`);
      const hashOf = 'SELECT password_hash FROM resource_registry.member WHERE id = $2';
      await client.query(`UPDATE resource_registry.member SET password_hash = (${hashOf}) WHERE id = $1`, [
        me.id,
        other.id,
      ]);
      const changes = { password: 'the second password', currentPassword: 'the first password' };
      const asked = here.change(me.id, changes, here.callOf(me.id)).catch((error: unknown) => error);
      await untilSomebodyWaits();
      await client.query('COMMIT');
      expect(await asked).toMatchObject(problem('invalid-request', '/currentPassword'));
    } finally {
      await client.end();
    }
    await signIn(me.email, 'what an admin has given');
  });

  it('include an admin always, also when two go at once', async () => {
    const org = await room.newOrganisation(`admins-${randomUUID()}`);
    const boss = (name: string) => room.ask(registry.createMember, { email: name, role: 'admin' }, org);
    const [one, two] = [await boss('one@example.com'), await boss('two@example.com')];
    const gone = await Promise.allSettled([one, two].map(({ id }) => room.ask(registry.deleteMember, { id }, org)));
    expect(gone.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    const { data } = await room.ask(registry.listMembers, {}, org);
    const [last] = data;
    if (data.length === 2) await room.ask(registry.deleteMember, { id: data[1]?.id ?? '' }, org);
    const refused = problem('last-admin');
    const ask = (changes: object) => room.ask(registry.updateMember, { id: last?.id ?? '', changes }, org);
    await expect(room.ask(registry.deleteMember, { id: last?.id ?? '' }, org)).rejects.toMatchObject(refused);
    await expect(ask({ role: 'member' })).rejects.toMatchObject(refused);
    await expect(ask({ disabled: true })).rejects.toMatchObject(refused);
    expect(here.known.get(`${org.org}.${last?.id}`)).toMatchObject({ role: 'admin' });
  });
});

describe('groups of members', () => {
  it('are given and taken, told at once, and lost with the group', async () => {
    const me = await here.add();
    const { id } = await room.ask(registry.createGroup, { name: 'writers' }, admin);
    await room.ask(registry.setGroupMember, { id, member: me.id, isIn: true }, admin);
    await room.ask(registry.setGroupMember, { id, member: me.id, isIn: true }, admin);
    expect(here.told(me.id)?.groupIds).toEqual([id]);
    await room.ask(registry.setGroupMember, { id, member: me.id, isIn: false }, admin);
    expect(here.told(me.id)?.groupIds).toEqual([]);
    await room.ask(registry.setGroupMember, { id, member: me.id, isIn: true }, admin);
    await room.ask(registry.deleteGroup, { id }, admin);
    expect(here.told(me.id)?.groupIds).toEqual([]);
    expect((await room.ask(registry.findMember, { id: me.id }, admin)).groupIds).toEqual([]);
  });

  it('are not changed by whoever is restricted to groups', async () => {
    const { id } = await room.ask(registry.createGroup, { name: 'closed' }, admin);
    const me = await here.add({ groupIds: [id] });
    await expect(
      room.ask(registry.setGroupMember, { id, member: me.id, isIn: false }, callOf(admin.org, { groupIds: [id] })),
    ).rejects.toMatchObject(problem('forbidden'));
  });
});

describe('tokens of members', () => {
  it('hold no scope and no group that he lacks, and are seen by him alone', async () => {
    const [me, other] = [await here.add(), await here.add()];
    const make = (scopes: string[], groupIds: number[] | null, call = here.callOf(me.id)) =>
      room.ask(
        registry.createToken,
        { draft: { name: 't', scopes: scopes as 'admin'[], groupIds }, hash: newHash() },
        call,
      );
    await expect(make(['admin'], null)).rejects.toMatchObject(problem('forbidden'));
    await expect(make(['queries:run'], [1])).rejects.toMatchObject(problem('forbidden'));
    const mine = await make(['queries:run'], null);
    const theirs = await make(['queries:run'], null, here.callOf(other.id));
    const { data } = await room.ask(registry.listTokens, {}, here.callOf(me.id));
    expect(data.map(({ id }) => id)).toEqual([mine.id]);
    await expect(room.ask(registry.revokeToken, { id: theirs.id }, here.callOf(me.id))).rejects.toMatchObject(
      problem('not-found'),
    );
    await room.ask(registry.revokeToken, { id: mine.id }, here.callOf(me.id));
  });
});

describe('a member without a group', () => {
  it('edits resources while they are open, and knows of none otherwise', async () => {
    const settings = { name: `open-${randomUUID()}`, baseUrl: 'https://a.example' };
    const me = await here.add();
    const open = here.callOf(me.id, { openResources: true });
    const { id } = await room.ask(registry.createResource, { settings }, open);
    await room.ask(registry.updateResource, { resource: id, settings: { description: 'x' } }, open);
    const closed = here.callOf(me.id);
    await expect(room.ask(registry.findResource, { resource: id }, closed)).rejects.toMatchObject(problem('not-found'));
    expect((await room.ask(registry.listResources, {}, closed)).data).toEqual([]);
  });
});
