import type { Page, Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow, SnapshotSource } from '../snapshot/snapshot-source.js';
import type { KnownAs, SavedMember } from './member.js';

/** As much of a member as signing in with a password needs. */
export type Credentials = Pick<SavedMember, 'id' | 'passwordHash' | 'disabled'>;

/** Members, their identities and their groups. Each change is told to the `members` bucket. */
export abstract class MemberStore implements SnapshotSource {
  /** @throws memberEmailTaken when another one signs in with this address and a password */
  abstract insert(work: Work, member: SavedMember): Promise<void>;
  /** @throws notFound */
  abstract find(work: Work, id: string): Promise<SavedMember>;
  /** Finds a member and keeps others from changing him. @throws notFound */
  abstract lock(work: Work, id: string): Promise<SavedMember>;
  /** Who signs in with this address and a password. */
  abstract withPassword(work: Work, email: string): Promise<Credentials | undefined>;
  /** True when some member has this address. */
  abstract hasEmail(work: Work, email: string): Promise<boolean>;
  /** Whose identity this is. */
  abstract withIdentity(work: Work, identity: KnownAs): Promise<string | undefined>;
  /** By e-mail address. */
  abstract list(work: Work, page: PageRequest): Promise<Page<SavedMember>>;
  /** How many others are admins and may act. */
  abstract otherAdmins(work: Work, id: string): Promise<number>;
  /** True when there is any member. */
  abstract any(work: Work): Promise<boolean>;
  /** Saves everything that can change but identities. @throws memberEmailTaken */
  abstract update(work: Work, member: SavedMember): Promise<void>;
  /** Notes that he has signed in, which is no new version of him. */
  abstract noteSignIn(work: Work, id: string, at: Date): Promise<void>;
  /** @param version the last one that anybody was told of */
  abstract delete(work: Work, member: SavedMember): Promise<void>;
  /** The members of a group, whom nobody else changes meanwhile. */
  abstract lockThoseOf(work: Work, groupId: number): Promise<readonly SavedMember[]>;
  abstract snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]>;
}
