import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call, MemberPrincipal } from '@pontage/contracts';
import * as registry from '@pontage/contracts/resource-registry';
import { members, memberSessions, tokens } from '@pontage/contracts/snapshots';
import type { SnapshotWatch } from '@pontage/snapshots';
import { Client } from 'pg';
import { callOf, newHash, problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let admin: Call;
let known: SnapshotWatch<typeof members>;
let live: SnapshotWatch<typeof memberSessions>;
let heard: SnapshotWatch<typeof tokens>;
let count = 0;

beforeAll(async () => {
  room = await RegistryRoom.open();
  admin = await room.newOrganisation('people');
  known = await room.watch(members);
  live = await room.watch(memberSessions);
  heard = await room.watch(tokens);
});
afterAll(() => room.close());

const address = (): string => `person-${(count += 1)}@example.com`;
const add = (more: Partial<Parameters<typeof room.ask<typeof registry.createMember>>[1]> = {}) =>
  room.ask(registry.createMember, { email: address(), ...more }, admin);
const memberCall = (id: string, more: Partial<MemberPrincipal> = {}): Call => ({
  ...admin,
  principal: {
    type: 'member',
    id,
    display: 'm',
    email: 'm@example.com',
    scopes: [...registry.scopesOfRole.member],
    groupIds: [],
    openResources: false,
    token: null,
    ...more,
  },
});
const signIn = async (email: string, password: string, hash = newHash()): Promise<string> => {
  await room.ask(registry.signInWithPassword, { organisation: 'people', email, password, tokenHash: hash }, admin);
  return hash;
};
const change = (id: string, changes: object, call = admin) => room.ask(registry.updateMember, { id, changes }, call);
/** What the gateways hear of a member: null for one who may do nothing. */
const told = (id: string) => known.get(`${admin.org}.${id}`) ?? null;

describe('members', () => {
  it('are added, listed, shown and told to the gateways, and nothing of a password comes back', async () => {
    const { id: group } = await room.ask(registry.createGroup, { name: 'readers' }, admin);
    const made = await add({ email: ' Ada@Example.COM ', name: 'Ada', groupIds: [group], password: 'correct horse' });
    expect(made).toMatchObject({ email: 'ada@example.com', role: 'member', hasPassword: true, groupIds: [group] });
    expect(told(made.id)).toEqual({ email: 'ada@example.com', name: 'Ada', role: 'member', groupIds: [group] });
    const { data } = await room.ask(registry.listMembers, {}, admin);
    expect(data).toContainEqual(made);
    expect(JSON.stringify([made, data])).not.toMatch(/argon2|correct horse/);
    const events = JSON.stringify(await room.events(admin.org));
    expect(events).toContain('member.created');
    expect(events).not.toMatch(/argon2|correct horse/);
  });

  it('have passwords that are kept as argon2id, and an address once', async () => {
    const { email } = await add({ password: 'battery staple' });
    await expect(add({ email: email.toUpperCase() })).rejects.toMatchObject(problem('member-email-taken'));
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
    await expect(room.ask(registry.createMember, { email: address(), role: 'admin' }, weak)).rejects.toMatchObject(
      problem('forbidden'),
    );
    await expect(room.ask(registry.createMember, { email: address() }, weak)).rejects.toMatchObject(
      problem('forbidden'),
    );
    const boss = await add({ role: 'admin' });
    await expect(change(boss.id, { password: 'a new password' }, weak)).rejects.toMatchObject(problem('forbidden'));
    await expect(room.ask(registry.deleteMember, { id: boss.id }, weak)).rejects.toMatchObject(problem('forbidden'));
    expect(told(boss.id)).not.toBeNull();
    const restricted = callOf(admin.org, { groupIds: [1] });
    await expect(room.ask(registry.listMembers, {}, restricted)).rejects.toMatchObject(problem('forbidden'));
  });

  it('change little about themselves, and a password only with the one they have', async () => {
    const me = await add({ password: 'the first password' });
    const mine = memberCall(me.id);
    await expect(change(me.id, { role: 'admin' }, mine)).rejects.toMatchObject(problem('forbidden'));
    await expect(change(me.id, { disabled: true }, mine)).rejects.toMatchObject(problem('forbidden'));
    const other = await add();
    await expect(change(other.id, { name: 'x' }, mine)).rejects.toMatchObject(problem('not-found'));
    const next = { password: 'the second password' };
    await expect(change(me.id, next, mine)).rejects.toMatchObject(problem('invalid-request', '/currentPassword'));
    await expect(change(me.id, { ...next, currentPassword: 'wrong' }, mine)).rejects.toMatchObject(
      problem('invalid-request', '/currentPassword'),
    );
    await expect(
      change(me.id, { ...next, currentPassword: 'the first password' }, memberCall(me.id, { token: randomUUID() })),
    ).rejects.toMatchObject(problem('forbidden'));
    await signIn(me.email, 'the first password');
  });

  it('get their first password from whoever manages members, and their address by no narrower token', async () => {
    const me = await add();
    await expect(change(me.id, { password: 'the first password' }, memberCall(me.id))).rejects.toMatchObject(
      problem('forbidden'),
    );
    const boss = await add({ role: 'admin' });
    const narrow = memberCall(boss.id, { scopes: ['members:write'], groupIds: null, token: randomUUID() });
    await expect(change(boss.id, { email: address() }, narrow)).rejects.toMatchObject(problem('forbidden'));
    expect((await change(boss.id, { name: 'Boss' }, narrow)).name).toBe('Boss');
    const own = memberCall(me.id, { token: randomUUID() });
    await expect(change(me.id, { name: 'M' }, own)).rejects.toMatchObject(problem('forbidden'));
  });

  it('lose their other sessions when the password is replaced', async () => {
    const me = await add({ password: 'the first password' });
    const [kept, lost] = [await signIn(me.email, 'the first password'), await signIn(me.email, 'the first password')];
    const changes = { password: 'the second password', currentPassword: 'the first password' };
    await room.ask(registry.updateMember, { id: me.id, changes, sessionHash: kept }, memberCall(me.id));
    expect([live.get(kept)?.memberId, live.get(lost)]).toEqual([me.id, undefined]);
    await expect(signIn(me.email, 'the first password')).rejects.toMatchObject(problem('sign-in-refused'));
    await signIn(me.email, 'the second password');
  });

  it('may do nothing once they are disabled, and the same as before when they are enabled again', async () => {
    const me = await add({ password: 'the first password' });
    const session = await signIn(me.email, 'the first password');
    const { version } = await change(me.id, { disabled: true });
    expect([told(me.id), live.get(session)]).toEqual([null, undefined]);
    await expect(signIn(me.email, 'the first password')).rejects.toMatchObject(problem('sign-in-refused'));
    const again = await change(me.id, { disabled: false });
    expect(again.version).toBeGreaterThan(version);
    expect(told(me.id)).toMatchObject({ role: 'member' });
    await signIn(me.email, 'the first password');
  });

  it('are let in again when the change that kept them out was refused', async () => {
    const [me, other] = [await add(), await add()];
    await expect(change(me.id, { disabled: true, email: other.email })).rejects.toMatchObject(
      problem('member-email-taken'),
    );
    expect(told(me.id)).toMatchObject({ role: 'member' });
  });

  it('are not kept out for a moment by whoever may not, or names another version', async () => {
    const me = await add();
    const before = known.versionOf(`${admin.org}.${me.id}`);
    const restricted = callOf(admin.org, { groupIds: [1] });
    const isRefused = (asked: Promise<unknown>, slug: string) => expect(asked).rejects.toMatchObject(problem(slug));
    await isRefused(room.ask(registry.deleteMember, { id: me.id }, restricted), 'forbidden');
    await isRefused(change(me.id, { disabled: true }, restricted), 'not-found');
    const stale = { id: me.id, ifVersion: 99 };
    await isRefused(room.ask(registry.deleteMember, stale, admin), 'precondition-failed');
    await isRefused(
      room.ask(registry.updateMember, { ...stale, changes: { disabled: true } }, admin),
      'precondition-failed',
    );
    expect([told(me.id)?.role, known.versionOf(`${admin.org}.${me.id}`)]).toEqual(['member', before]);
  });

  it('go with their sessions and their tokens', async () => {
    const me = await add({ password: 'the first password' });
    const session = await signIn(me.email, 'the first password');
    const hash = newHash();
    const draft = { name: 'mine', scopes: ['queries:run' as const] };
    const made = await room.ask(registry.createToken, { draft, hash }, memberCall(me.id));
    expect([made.memberId, heard.get(hash)?.memberId]).toEqual([me.id, me.id]);
    await room.ask(registry.deleteMember, { id: me.id }, admin);
    expect([told(me.id), live.get(session), heard.get(hash)]).toEqual([null, undefined, undefined]);
    await expect(room.ask(registry.findMember, { id: me.id }, admin)).rejects.toMatchObject(problem('not-found'));
    const actions = (await room.events(admin.org)).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['member.signed-in', 'token.created', 'member.deleted']));
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
    expect(known.get(`${org.org}.${last?.id}`)).toMatchObject({ role: 'admin' });
  });
});

describe('groups of members', () => {
  it('are given and taken, told at once, and lost with the group', async () => {
    const me = await add();
    const { id } = await room.ask(registry.createGroup, { name: 'writers' }, admin);
    await room.ask(registry.setGroupMember, { id, member: me.id, isIn: true }, admin);
    await room.ask(registry.setGroupMember, { id, member: me.id, isIn: true }, admin);
    expect(told(me.id)?.groupIds).toEqual([id]);
    await room.ask(registry.setGroupMember, { id, member: me.id, isIn: false }, admin);
    expect(told(me.id)?.groupIds).toEqual([]);
    await room.ask(registry.setGroupMember, { id, member: me.id, isIn: true }, admin);
    await room.ask(registry.deleteGroup, { id }, admin);
    expect(told(me.id)?.groupIds).toEqual([]);
    expect((await room.ask(registry.findMember, { id: me.id }, admin)).groupIds).toEqual([]);
  });

  it('are not changed by whoever is restricted to groups', async () => {
    const { id } = await room.ask(registry.createGroup, { name: 'closed' }, admin);
    const me = await add({ groupIds: [id] });
    await expect(
      room.ask(registry.setGroupMember, { id, member: me.id, isIn: false }, callOf(admin.org, { groupIds: [id] })),
    ).rejects.toMatchObject(problem('forbidden'));
  });
});

describe('tokens of members', () => {
  it('hold no scope and no group that he lacks, and are seen by him alone', async () => {
    const [me, other] = [await add(), await add()];
    const make = (scopes: string[], groupIds: number[] | null, call = memberCall(me.id)) =>
      room.ask(
        registry.createToken,
        { draft: { name: 't', scopes: scopes as 'admin'[], groupIds }, hash: newHash() },
        call,
      );
    await expect(make(['admin'], null)).rejects.toMatchObject(problem('forbidden'));
    await expect(make(['queries:run'], [1])).rejects.toMatchObject(problem('forbidden'));
    const mine = await make(['queries:run'], null);
    const theirs = await make(['queries:run'], null, memberCall(other.id));
    const { data } = await room.ask(registry.listTokens, {}, memberCall(me.id));
    expect(data.map(({ id }) => id)).toEqual([mine.id]);
    await expect(room.ask(registry.revokeToken, { id: theirs.id }, memberCall(me.id))).rejects.toMatchObject(
      problem('not-found'),
    );
    await room.ask(registry.revokeToken, { id: mine.id }, memberCall(me.id));
  });
});

describe('a member without a group', () => {
  it('edits resources while they are open, and knows of none otherwise', async () => {
    const settings = { name: `open-${randomUUID()}`, baseUrl: 'https://a.example' };
    const me = await add();
    const open = memberCall(me.id, { openResources: true });
    const { id } = await room.ask(registry.createResource, { settings }, open);
    await room.ask(registry.updateResource, { resource: id, settings: { description: 'x' } }, open);
    const closed = memberCall(me.id);
    await expect(room.ask(registry.findResource, { resource: id }, closed)).rejects.toMatchObject(problem('not-found'));
    expect((await room.ask(registry.listResources, {}, closed)).data).toEqual([]);
  });
});
