import type { SavedQuery } from '@pontage/contracts/resource-registry';
import type { Page, Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow, SnapshotSource } from '../snapshot/snapshot-source.js';
import type { QueryDraft } from './query.js';

/** Saved queries of apps; `resource` is an id here. Each change is told to the `queries` bucket. */
export abstract class QueryStore implements SnapshotSource {
  /** An app's, by name. */
  abstract list(work: Work, app: string, page: PageRequest): Promise<Page<SavedQuery>>;
  /** Undefined when there is none. */
  abstract find(work: Work, app: string, name: string): Promise<SavedQuery | undefined>;
  /** Saves the next version; the versions of a query that was deleted go on. @throws invalidRequest when the resource is gone */
  abstract put(work: Work, app: string, name: string, draft: QueryDraft): Promise<SavedQuery>;
  abstract delete(work: Work, query: SavedQuery): Promise<void>;
  /** Deletes the queries of an app that is about to go. */
  abstract deleteAll(work: Work, app: string): Promise<void>;
  /** Queries that call a resource, in words for people. */
  abstract callersOf(work: Work, resource: string): Promise<string[]>;
  /** Queries that name one of these environments, in words for people. */
  abstract inEnvironments(work: Work, environments: readonly string[]): Promise<string[]>;
  abstract snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]>;
}
