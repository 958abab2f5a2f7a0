import type { Access, Group } from '@pontage/contracts/resource-registry';
import type { Page, Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow, SnapshotSource } from '../snapshot/snapshot-source.js';
import type { Grant } from './grant.js';

/** What is chosen about a group. */
export type GroupSettings = Pick<Group, 'name' | 'allApps' | 'allResources'>;

/** Groups and what they have access to. Each change is told to the `permissions` bucket. */
export abstract class GroupStore implements SnapshotSource {
  /** @throws groupNameTaken */
  abstract insert(work: Work, settings: GroupSettings): Promise<Group>;
  /** @throws notFound */
  abstract find(work: Work, id: number): Promise<Group>;
  /** Finds a group and keeps others from changing it. @throws notFound */
  abstract lock(work: Work, id: number): Promise<Group>;
  /** Those of these ids that exist. */
  abstract findSome(work: Work, ids: readonly number[]): Promise<Group[]>;
  /** Ids of the groups with these names, in their order; names of none are passed over. */
  abstract idsNamed(work: Work, names: readonly string[]): Promise<number[]>;
  /** By id. `only` restricts the list to some. */
  abstract list(work: Work, page: PageRequest, only: readonly number[] | undefined): Promise<Page<Group>>;
  /** Saves name and levels as a new version. @throws groupNameTaken */
  abstract update(work: Work, group: Group, settings: GroupSettings): Promise<Group>;
  abstract delete(work: Work, group: Group): Promise<void>;
  /** Gives or takes (null) access, as a new version. @throws notFound when there is no such app */
  abstract setApp(work: Work, group: Group, app: string, access: Access | null): Promise<Group>;
  /** Gives or takes (null) access, as a new version. @throws notFound when there is no such resource */
  abstract setResource(work: Work, group: Group, resource: string, grant: Grant | null): Promise<Group>;
  /** Takes an app that is about to go from every group. */
  abstract dropApp(work: Work, app: string): Promise<void>;
  /** Takes a resource that is about to go from every group. */
  abstract dropResource(work: Work, resource: string): Promise<void>;
  /** The access that is restricted to one of these environments, in words for people. */
  abstract inEnvironments(work: Work, environments: readonly string[]): Promise<string[]>;
  abstract snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]>;
}
