import type { Page, Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow, SnapshotSource } from '../snapshot/snapshot-source.js';
import type { SavedToken, TokenReach } from './token.js';

/** API tokens by their hash. Each change is told to the `tokens` bucket. */
export abstract class TokenStore implements SnapshotSource {
  /** @throws invalidRequest when there is a token with this hash already */
  abstract insert(work: Work, token: SavedToken): Promise<void>;
  /** Finds a token, revoked ones too, and keeps others from changing it. @throws notFound */
  abstract lock(work: Work, id: string): Promise<SavedToken>;
  /** Live tokens by name, as far as they are within reach. */
  abstract list(work: Work, page: PageRequest, within: TokenReach): Promise<Page<SavedToken>>;
  /** The admin tokens that the installation was started with, revoked ones too; nobody else changes them meanwhile. */
  abstract bootstrapped(work: Work): Promise<SavedToken[]>;
  /** Saves a token's version, and whether it is revoked. */
  abstract update(work: Work, token: SavedToken): Promise<void>;
  /** Takes a group that is gone from every token; one that had no other reaches nothing then. */
  abstract dropGroup(work: Work, groupId: number): Promise<void>;
  /** Ends the tokens of a member for good. */
  abstract endThoseOf(work: Work, memberId: string): Promise<void>;
  /** The live tokens of the manager's organisation, as ids by hash. */
  abstract liveIds(manager: EntityManager): Promise<ReadonlyMap<string, string>>;
  abstract snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]>;
}
