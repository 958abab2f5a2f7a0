import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import * as registry from '@pontage/contracts/resource-registry';
import { callOf, problem, type RegistryRoom } from '../registry.fixture.js';
import { MemberRoom } from './member-room.fixture.js';

let here: MemberRoom;
let room: RegistryRoom;
let admin: Call;

beforeAll(async () => {
  here = await MemberRoom.open('people');
  ({ registry: room, admin } = here);
});
afterAll(() => here.close());

describe('members who are kept out', () => {
  it('are let in again when the change that kept them out was refused', async () => {
    const [me, other] = [await here.add(), await here.add()];
    await expect(here.change(me.id, { disabled: true, email: other.email })).rejects.toMatchObject(
      problem('member-email-taken'),
    );
    expect(here.told(me.id)).toMatchObject({ role: 'member' });
  });

  it('are not kept out for a moment by whoever may not, or names another version', async () => {
    const me = await here.add();
    const before = here.known.versionOf(`${admin.org}.${me.id}`);
    const restricted = callOf(admin.org, { groupIds: [1] });
    const isRefused = (asked: Promise<unknown>, slug: string) => expect(asked).rejects.toMatchObject(problem(slug));
    await isRefused(room.ask(registry.deleteMember, { id: me.id }, restricted), 'forbidden');
    await isRefused(here.change(me.id, { disabled: true }, restricted), 'not-found');
    const stale = { id: me.id, ifVersion: 99 };
    await isRefused(room.ask(registry.deleteMember, stale, admin), 'precondition-failed');
    await isRefused(
      room.ask(registry.updateMember, { ...stale, changes: { disabled: true } }, admin),
      'precondition-failed',
    );
    expect([here.told(me.id)?.role, here.known.versionOf(`${admin.org}.${me.id}`)]).toEqual(['member', before]);
  });

  it.each([
    ['disabled', (id: string) => here.change(id, { disabled: true })],
    ['removed', (id: string) => room.ask(registry.deleteMember, { id }, admin)],
  ])(
    'are kept out also while the database is down when they are %s, and stay out until that is repeated',
    async (_, keepOut) => {
      const me = await here.add();
      const { id: group } = await room.ask(registry.createGroup, { name: `of ${me.id}` }, admin);
      await room.stack.killPostgres();
      await expect(keepOut(me.id)).rejects.toMatchObject({
        ...problem('unavailable'),
        detail: expect.stringContaining('ask again'),
      });
      expect(here.told(me.id)).toBeNull();
      await room.stack.restartPostgres();
      // A change of groups says nothing of whether he is let in.
      await room.ask(registry.setGroupMember, { id: group, member: me.id, isIn: true }, admin);
      await room.ask(registry.deleteGroup, { id: group }, admin);
      expect(here.told(me.id)).toBeNull();
      expect((await here.change(me.id, { disabled: false })).disabled).toBe(false);
      expect(here.told(me.id)).toMatchObject({ role: 'member', groupIds: [] });
      await keepOut(me.id);
      expect(here.told(me.id)).toBeNull();
    },
  );
});
