import { members, type SnapshotEntry, type ValueOf } from '@pontage/contracts/snapshots';
import { decodeCursor, pageOf, violates, type Page, type Work } from '@pontage/persistence';
import { memberEmailTaken, notFound } from '@pontage/problems';
import { In, IsNull, Not, type EntityManager } from 'typeorm';
import { z } from 'zod';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow } from '../snapshot/snapshot-source.js';
import { MemberStore, type Credentials } from './member-store.js';
import { GroupMemberRow, MemberIdentityRow, MemberRow } from './member.entity.js';
import type { KnownAs, SavedMember } from './member.js';

/** Members in PostgreSQL. */
export class PostgresMemberStore extends MemberStore {
  async insert(work: Work, member: SavedMember): Promise<void> {
    const { manager, org } = work;
    await manager.insert(MemberRow, rowOf(org, member)).catch(emailTaken);
    const identities = member.identities.map((each) => ({ ...each, org, memberId: member.id }));
    if (identities.length > 0) await manager.insert(MemberIdentityRow, identities);
    await this.putIntoGroups(work, member);
    tell(work, member);
  }

  async find({ manager }: Work, id: string): Promise<SavedMember> {
    const [member] = await whole(manager, await manager.find(MemberRow, { where: { id } }));
    if (member === undefined) throw notFound({});
    return member;
  }

  async lock(work: Work, id: string): Promise<SavedMember> {
    await work.manager.findOne(MemberRow, { where: { id }, lock: { mode: 'for_no_key_update' } });
    return this.find(work, id);
  }

  async withPassword({ manager }: Work, email: string): Promise<Credentials | undefined> {
    const row = await manager.findOne(MemberRow, { where: { email, passwordHash: Not(IsNull()) } });
    return row ?? undefined;
  }

  hasEmail({ manager }: Work, email: string): Promise<boolean> {
    return manager.exists(MemberRow, { where: { email } });
  }

  async withIdentity({ manager }: Work, { issuer, subject }: KnownAs): Promise<string | undefined> {
    return (await manager.findOne(MemberIdentityRow, { where: { issuer, subject } }))?.memberId;
  }

  async list({ manager }: Work, { limit, cursor }: PageRequest): Promise<Page<SavedMember>> {
    const query = manager.createQueryBuilder(MemberRow, 'member');
    const after = decodeCursor(cursor, z.tuple([z.string(), z.uuid()]));
    if (after !== undefined)
      query.where('(member.email, member.id) > (:email, :id)', { email: after[0], id: after[1] });
    const rows = await query
      .orderBy({ 'member.email': 'ASC', 'member.id': 'ASC' })
      .limit(limit + 1)
      .getMany();
    return pageOf(
      await whole(manager, rows),
      limit,
      ({ email, id }) => [email, id],
      (member) => member,
    );
  }

  otherAdmins({ manager }: Work, id: string): Promise<number> {
    return manager.count(MemberRow, { where: { role: 'admin', disabled: false, id: Not(id) } });
  }

  any({ manager }: Work): Promise<boolean> {
    return manager.exists(MemberRow);
  }

  async update(work: Work, member: SavedMember): Promise<void> {
    const { email, name, role, disabled, passwordHash, version } = member;
    const { manager } = work;
    await manager
      .update(MemberRow, { id: member.id }, { email, name, role, disabled, passwordHash, version })
      .catch(emailTaken);
    await manager.delete(GroupMemberRow, { memberId: member.id });
    await this.putIntoGroups(work, member);
    tell(work, member);
  }

  async noteSignIn({ manager }: Work, id: string, at: Date): Promise<void> {
    await manager.update(MemberRow, { id }, { lastSignedInAt: at });
  }

  async delete(work: Work, { id, version }: SavedMember): Promise<void> {
    await work.manager.delete(MemberRow, { id });
    work.snapshot(members, keyOf(work.org, id), { version: version + 1, value: null });
  }

  async lockThoseOf(work: Work, groupId: number): Promise<readonly SavedMember[]> {
    const rows = await work.manager.find(GroupMemberRow, { where: { groupId }, order: { memberId: 'ASC' } });
    const members = [];
    for (const { memberId } of rows) members.push(await this.lock(work, memberId));
    return members;
  }

  async snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]> {
    const rows = await manager.find(MemberRow);
    const all = await whole(manager, rows);
    return all.map((member, index) => ({
      bucket: members,
      key: keyOf(rows[index]?.org ?? '', member.id),
      entry: entryOf(member),
    }));
  }

  private async putIntoGroups({ manager, org }: Work, { id, groupIds }: SavedMember): Promise<void> {
    const rows = groupIds.map((groupId) => ({ org, groupId, memberId: id }));
    if (rows.length > 0) await manager.insert(GroupMemberRow, rows);
  }
}

/** Where the `members` bucket holds a member. */
export const keyOf = (org: string, id: string): string => `${org}.${id}`;

const tell = (work: Work, member: SavedMember): void =>
  work.snapshot(members, keyOf(work.org, member.id), entryOf(member));

function entryOf({
  email,
  name,
  role,
  groupIds,
  disabled,
  version,
}: SavedMember): SnapshotEntry<ValueOf<typeof members>> {
  return { version, value: disabled ? null : { email, name, role, groupIds: [...groupIds] } };
}

async function whole(manager: EntityManager, rows: readonly MemberRow[]): Promise<SavedMember[]> {
  if (rows.length === 0) return [];
  const ofThese = { memberId: In(rows.map(({ id }) => id)) };
  const identities = await manager.find(MemberIdentityRow, {
    where: ofThese,
    order: { issuer: 'ASC', subject: 'ASC' },
  });
  const groups = await manager.find(GroupMemberRow, { where: ofThese, order: { groupId: 'ASC' } });
  return rows.map(({ org: _, createdAt, lastSignedInAt, ...row }) => ({
    ...row,
    identities: identities
      .filter(({ memberId }) => memberId === row.id)
      .map(({ issuer, subject }) => ({ issuer, subject })),
    groupIds: groups.filter(({ memberId }) => memberId === row.id).map(({ groupId }) => groupId),
    createdAt: createdAt.toISOString(),
    lastSignedInAt: lastSignedInAt?.toISOString() ?? null,
  }));
}

const rowOf = (
  org: string,
  { identities: _, groupIds: __, createdAt, lastSignedInAt, ...member }: SavedMember,
): MemberRow => ({
  ...member,
  org,
  createdAt: new Date(createdAt),
  lastSignedInAt: lastSignedInAt === null ? null : new Date(lastSignedInAt),
});

const emailTaken = (error: unknown): never => {
  throw violates(error, 'member_email') ? memberEmailTaken({}) : error;
};
