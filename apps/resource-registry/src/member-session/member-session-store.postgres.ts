import { memberSessions, type SnapshotEntry, type ValueOf } from '@pontage/contracts/snapshots';
import type { Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { SnapshotRow } from '../snapshot/snapshot-source.js';
import { MemberSessionStore } from './member-session-store.js';
import { MemberSessionRow } from './member-session.entity.js';
import { endedForGood, isOver, type MemberSession } from './member-session.js';

/** Sessions of members in PostgreSQL. */
export class PostgresMemberSessionStore extends MemberSessionStore {
  async insert(work: Work, session: MemberSession): Promise<void> {
    await work.manager.insert(MemberSessionRow, { ...session, org: work.org });
    work.snapshot(memberSessions, session.hash, entryOf(work.org, session));
  }

  async lock({ manager }: Work, hash: string): Promise<MemberSession | undefined> {
    const row = await manager.findOne(MemberSessionRow, { where: { hash }, lock: { mode: 'for_no_key_update' } });
    return row === null ? undefined : sessionOf(row);
  }

  async extend(work: Work, session: MemberSession): Promise<void> {
    const { version, idleEndsAt } = session;
    await work.manager.update(MemberSessionRow, { id: session.id }, { version, idleEndsAt });
    work.snapshot(memberSessions, session.hash, entryOf(work.org, session));
  }

  async end(work: Work, { id, hash }: MemberSession): Promise<void> {
    await work.manager.delete(MemberSessionRow, { id });
    work.snapshot(memberSessions, hash, { version: endedForGood, value: null });
  }

  async endThoseOf(work: Work, memberId: string, but?: string): Promise<void> {
    for (const session of await this.of(work, memberId)) if (session.hash !== but) await this.end(work, session);
  }

  async sweep(work: Work, memberId: string, most: number): Promise<void> {
    const all = await this.of(work, memberId);
    const live = all.filter((session) => !isOver(session));
    const newest = new Set(live.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime()).slice(0, most));
    for (const session of all) if (!newest.has(session)) await this.end(work, session);
  }

  async hashes(manager: EntityManager): Promise<readonly string[]> {
    return (await manager.find(MemberSessionRow, { select: { id: true, hash: true } })).map(({ hash }) => hash);
  }

  async snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]> {
    const rows = await manager.find(MemberSessionRow);
    return rows.map((row) => ({ bucket: memberSessions, key: row.hash, entry: entryOf(row.org, sessionOf(row)) }));
  }

  private async of({ manager }: Work, memberId: string): Promise<MemberSession[]> {
    return (await manager.find(MemberSessionRow, { where: { memberId }, order: { id: 'ASC' } })).map(sessionOf);
  }
}

const sessionOf = ({ org: _, ...session }: MemberSessionRow): MemberSession => session;

const entryOf = (
  org: string,
  { id, memberId, version, idleEndsAt, expiresAt }: MemberSession,
): SnapshotEntry<ValueOf<typeof memberSessions>> => ({
  version,
  value: { org, id, memberId, idleEndsAt: idleEndsAt.toISOString(), expiresAt: expiresAt.toISOString() },
});
