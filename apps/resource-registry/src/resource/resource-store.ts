import type { Page, Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow, SnapshotSource } from '../snapshot/snapshot-source.js';
import type { SavedResource } from './resource.js';

/** Resources and their versions. Each change is told to the `resources` bucket. */
export abstract class ResourceStore implements SnapshotSource {
  /** Saves the first version. @throws resourceNameTaken */
  abstract insert(work: Work, resource: SavedResource): Promise<void>;
  /** The newest version, by id or name. @throws notFound */
  abstract find(work: Work, reference: string): Promise<SavedResource>;
  /** Finds a resource and keeps others from changing it or referring to it. @throws notFound */
  abstract lock(work: Work, reference: string): Promise<SavedResource>;
  /** Newest versions, by name. `only` restricts the list to some. */
  abstract list(work: Work, page: PageRequest, only: readonly string[] | undefined): Promise<Page<SavedResource>>;
  /** The versions of a resource, newest first. */
  abstract listVersions(work: Work, resource: SavedResource, page: PageRequest): Promise<Page<SavedResource>>;
  /** @throws notFound */
  abstract findVersion(work: Work, resource: SavedResource, version: number): Promise<SavedResource>;
  /** True when any version ever had a credential or a sealed value. */
  abstract hasCredential(work: Work, resource: SavedResource): Promise<boolean>;
  /** Saves the next version. @throws resourceNameTaken */
  abstract update(work: Work, resource: SavedResource): Promise<void>;
  /** Deletes a resource with all its versions. */
  abstract delete(work: Work, resource: SavedResource): Promise<void>;
  /** The resources that have something of their own in these environments, in words for people. */
  abstract inEnvironments(work: Work, environments: readonly string[]): Promise<string[]>;
  /** @throws resourceNameTaken when another resource has the name */
  abstract refuseTaken(work: Work, name: string): Promise<void>;
  abstract snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]>;
}
