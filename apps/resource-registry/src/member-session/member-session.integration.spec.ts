import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import * as registry from '@pontage/contracts/resource-registry';
import { members, memberSessions } from '@pontage/contracts/snapshots';
import type { SnapshotWatch } from '@pontage/snapshots';
import { newHash, problem, RegistryRoom } from '../registry.fixture.js';

const nobody = '00000000-0000-0000-0000-000000000000';
let room: RegistryRoom;
let admin: Call;
let door: Call;
let live: SnapshotWatch<typeof memberSessions>;
let known: SnapshotWatch<typeof members>;

beforeAll(async () => {
  room = await RegistryRoom.open();
  admin = await room.newOrganisation('doors');
  door = { ...admin, org: nobody, principal: { type: 'service', id: 'gateway', display: 'gateway' } };
  live = await room.watch(memberSessions);
  known = await room.watch(members);
});
afterAll(() => room.close());

const enter = (email: string, password: string, organisation: string | undefined = 'doors', tokenHash = newHash()) =>
  room
    .ask(registry.signInWithPassword, { email, password, organisation, tokenHash }, door)
    .then((opened) => ({ ...opened, tokenHash }));
const add = (email: string, more: object = {}) =>
  room.ask(registry.createMember, { email, password: 'a long password', ...more }, admin);
const reasons = async () =>
  (await room.events(admin.org))
    .filter(({ action }) => action === 'member.sign-in-refused')
    .map(({ data, actor, outcome }) => [(data as { reason: string }).reason, actor.type, outcome]);

describe('signing in with a password', () => {
  it('opens a session that every gateway hears of, and is on record', async () => {
    const { id } = await add('a@example.com');
    const { org, member, tokenHash } = await enter('A@example.com', 'a long password');
    expect([org, member.id, live.get(tokenHash)?.memberId]).toEqual([admin.org, id, id]);
    const event = (await room.events(admin.org)).find(({ action }) => action === 'member.signed-in');
    expect(event).toMatchObject({ actor: { type: 'member', id, display: 'a@example.com' }, outcome: 'success' });
  });

  it('is refused alike for what is wrong, and the record says why', async () => {
    await add('b@example.com', { password: undefined });
    const { id } = await add('c@example.com');
    await room.ask(registry.updateMember, { id, changes: { disabled: true } }, admin);
    const asked = [
      ['nobody@example.com', 'a long password'],
      ['a@example.com', 'a wrong password'],
      ['b@example.com', 'a long password'],
      ['c@example.com', 'a long password'],
    ] as const;
    for (const [email, password] of asked)
      await expect(enter(email, password)).rejects.toMatchObject({ ...problem('sign-in-refused'), detail: undefined });
    await expect(enter('a@example.com', 'a long password', 'no such place')).rejects.toMatchObject(
      problem('sign-in-refused'),
    );
    expect(await reasons()).toEqual([
      ['unknown-account', 'anonymous', 'denied'],
      ['wrong-password', 'anonymous', 'denied'],
      ['unknown-account', 'anonymous', 'denied'],
      ['disabled', 'anonymous', 'denied'],
    ]);
    expect(JSON.stringify(await room.events(admin.org))).not.toMatch(/wrong password|nobody@/);
  });

  it('takes as long whether there is the account or not', async () => {
    await add('timed@example.com');
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let round = 0; round < 15; round += 1) {
      for (const [kind, email] of [['known', 'timed@example.com'] as const, ['unknown', 'x@example.com'] as const]) {
        const begun = performance.now();
        await enter(email, 'a wrong password').catch(() => undefined);
        times[kind].push(performance.now() - begun);
      }
    }
    const median = (list: number[]) => list.sort((a, b) => a - b)[7] ?? 0;
    const ratio = median(times.known) / median(times.unknown);
    process.stdout.write(`sign-in: a known account takes ${ratio.toFixed(2)} times as long as an unknown one\n`);
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.43);
  });
});

describe('a session', () => {
  it('ends at once where its member signs out, and stays ended', async () => {
    const { id } = await add('out@example.com');
    const { tokenHash } = await enter('out@example.com', 'a long password');
    const principal = {
      type: 'member',
      id,
      display: '',
      email: '',
      scopes: [],
      groupIds: [],
      openResources: false,
      token: null,
    } as const;
    const own: Call = { ...admin, principal: { ...principal, scopes: [], groupIds: [] } };
    await room.ask(registry.extendMemberSession, { tokenHash }, own);
    await room.ask(registry.endMemberSession, { tokenHash }, own);
    expect(live.get(tokenHash)).toBeUndefined();
    await expect(room.ask(registry.extendMemberSession, { tokenHash }, own)).rejects.toMatchObject(
      problem('not-found'),
    );
    expect((await room.events(admin.org)).map(({ action }) => action)).toContain('member.signed-out');
  });

  it('outlives a restart of the registry, and one that was ended does not come back', async () => {
    await add('again@example.com');
    const [kept, ended] = [
      await enter('again@example.com', 'a long password'),
      await enter('again@example.com', 'a long password'),
    ];
    await room.ask(registry.endMemberSession, { tokenHash: ended.tokenHash }, { ...door, org: admin.org });
    await room.stopRegistry();
    await room.start();
    expect([live.get(kept.tokenHash)?.org, live.get(ended.tokenHash)]).toEqual([admin.org, undefined]);
  });
});

describe('somebody whom an identity provider knows', () => {
  const identity = {
    issuer: 'https://id.example',
    subject: 's1',
    email: 'Grace@Example.com',
    emailVerified: true,
    name: 'Grace',
    groups: null as string[] | null,
  };
  const come = (more: Partial<typeof identity> = {}, joins = true) =>
    room.ask(
      registry.signInWithIdentity,
      { organisation: 'doors', identity: { ...identity, ...more }, joins, tokenHash: newHash() },
      door,
    );

  it('has fifty sessions at most: the oldest ends for a further one', async () => {
    const { member } = await come({ subject: 's50' });
    const theirs = () => [...live.entries()].filter(([, { memberId }]) => memberId === member.id).map(([hash]) => hash);
    const [first] = theirs();
    for (let count = 1; count < 50; count += 1) await come({ subject: 's50' });
    expect([theirs().length, theirs()]).toEqual([50, expect.arrayContaining([first])]);
    await come({ subject: 's50' });
    expect([theirs().length, theirs()]).toEqual([50, expect.not.arrayContaining([first])]);
  });

  it('becomes a member the first time, and is the same one ever after', async () => {
    const [first, same] = await Promise.all([come(), come()]);
    expect(same.member.id).toBe(first.member.id);
    expect(first.member).toMatchObject({ email: 'grace@example.com', role: 'member', hasPassword: false });
    expect((await come({ email: 'new@example.com' })).member.id).toBe(first.member.id);
    expect(known.get(`${admin.org}.${first.member.id}`)).toMatchObject({ email: 'grace@example.com' });
  });

  it('is nobody else for having the same address', async () => {
    await add('same@example.com');
    const one = await come({ subject: 's2', email: 'same@example.com' });
    const two = await come({ issuer: 'https://other.example', subject: 's2', email: 'same@example.com' });
    const { member } = await enter('same@example.com', 'a long password');
    expect(new Set([one.member.id, two.member.id, member.id]).size).toBe(3);
  });

  it('does not become a member without a verified address, or where nobody does', async () => {
    for (const more of [{ emailVerified: false }, { email: null }, { email: 'nonsense' }])
      await expect(come({ subject: 's3', ...(more as object) })).rejects.toMatchObject(problem('sign-in-refused'));
    await expect(come({ subject: 's3' }, false)).rejects.toMatchObject(problem('sign-in-refused'));
    const { data } = await room.ask(registry.listMembers, { limit: 200 }, admin);
    expect(data.flatMap(({ identities }) => identities).filter(({ subject }) => subject === 's3')).toEqual([]);
  });

  it('has the groups that the provider names, as far as there are such groups, at each sign-in', async () => {
    const { id } = await room.ask(registry.createGroup, { name: 'staff' }, admin);
    expect((await come({ subject: 's4', groups: ['staff', 'unheard of'] })).member.groupIds).toEqual([id]);
    expect((await come({ subject: 's4', groups: null })).member.groupIds).toEqual([id]);
    expect((await come({ subject: 's4', groups: [] })).member.groupIds).toEqual([]);
  });

  it('is not let in once he is disabled', async () => {
    const { member } = await come({ subject: 's5' });
    await room.ask(registry.updateMember, { id: member.id, changes: { disabled: true } }, admin);
    await expect(come({ subject: 's5' })).rejects.toMatchObject(problem('sign-in-refused'));
  });
});
