import type { Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { SnapshotRow, SnapshotSource } from '../snapshot/snapshot-source.js';
import type { MemberSession } from './member-session.js';

/** Sessions of members that have not ended. Each change is told to the `member_sessions` bucket. */
export abstract class MemberSessionStore implements SnapshotSource {
  abstract insert(work: Work, session: MemberSession): Promise<void>;
  /** The session of this hash, which nobody else changes meanwhile. */
  abstract lock(work: Work, hash: string): Promise<MemberSession | undefined>;
  abstract extend(work: Work, session: MemberSession): Promise<void>;
  abstract end(work: Work, session: MemberSession): Promise<void>;
  /** Ends a member's sessions, but for the one of the hash `but`. */
  abstract endThoseOf(work: Work, memberId: string, but?: string): Promise<void>;
  /** Forgets a member's sessions that have ended by themselves, and ends the oldest of those beyond `most`. */
  abstract sweep(work: Work, memberId: string, most: number): Promise<void>;
  /** Hashes of the manager's organisation. */
  abstract hashes(manager: EntityManager): Promise<readonly string[]>;
  abstract snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]>;
}
