import type { App } from '@pontage/contracts/resource-registry';
import type { Page, Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow, SnapshotSource } from '../snapshot/snapshot-source.js';

/** Apps. Each change is told to the `apps` bucket. */
export abstract class AppStore implements SnapshotSource {
  /** @throws appNameTaken */
  abstract insert(work: Work, app: App): Promise<void>;
  /** @throws notFound */
  abstract find(work: Work, uuid: string): Promise<App>;
  /** Finds an app and keeps others from changing it or its queries. @throws notFound */
  abstract lock(work: Work, uuid: string): Promise<App>;
  /** By name. `only` restricts the list to some. */
  abstract list(work: Work, page: PageRequest, only: readonly string[] | undefined): Promise<Page<App>>;
  /** @throws appNameTaken */
  abstract update(work: Work, app: App): Promise<void>;
  abstract delete(work: Work, app: App): Promise<void>;
  abstract snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]>;
}
