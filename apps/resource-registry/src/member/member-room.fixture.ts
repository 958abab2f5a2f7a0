import type { Call, MemberPrincipal } from '@pontage/contracts';
import * as registry from '@pontage/contracts/resource-registry';
import { members } from '@pontage/contracts/snapshots';
import type { SnapshotWatch } from '@pontage/snapshots';
import { RegistryRoom } from '../registry.fixture.js';

/** A registry with an organisation whose members are made, changed and told of. */
export class MemberRoom {
  private count = 0;

  private constructor(
    readonly registry: RegistryRoom,
    /** Of its admin token. */
    readonly admin: Call,
    readonly known: SnapshotWatch<typeof members>,
  ) {}

  static async open(organisation: string): Promise<MemberRoom> {
    const room = await RegistryRoom.open();
    return new MemberRoom(room, await room.newOrganisation(organisation), await room.watch(members));
  }

  /** An address that nobody has. */
  address(): string {
    return `person-${(this.count += 1)}@example.com`;
  }

  add(more: Partial<Parameters<typeof this.registry.ask<typeof registry.createMember>>[1]> = {}) {
    return this.registry.ask(registry.createMember, { email: this.address(), ...more }, this.admin);
  }

  change(id: string, changes: object, call = this.admin) {
    return this.registry.ask(registry.updateMember, { id, changes }, call);
  }

  remove(id: string, call = this.admin) {
    return this.registry.ask(registry.deleteMember, { id }, call);
  }

  /** What the gateways hear of a member: null for one who may do nothing. */
  told(id: string) {
    return this.known.get(`${this.admin.org}.${id}`) ?? null;
  }

  /** A call of a member of the organisation, with the scopes of everybody unless told otherwise. */
  callOf(id: string, more: Partial<MemberPrincipal> = {}): Call {
    const principal: MemberPrincipal = {
      type: 'member',
      id,
      display: 'm',
      email: 'm@example.com',
      scopes: [...registry.scopesOfRole.member],
      groupIds: [],
      openResources: false,
      token: null,
      ...more,
    };
    return { ...this.admin, principal };
  }

  close(): Promise<void> {
    return this.registry.close();
  }
}
