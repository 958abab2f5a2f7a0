import type { Organisation } from '@pontage/contracts/resource-registry';
import type { Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { SnapshotRow, SnapshotSource } from '../snapshot/snapshot-source.js';

/** Organisations; a transaction sees its own only. Each change is told to the `organisations` bucket. */
export abstract class OrganisationStore implements SnapshotSource {
  /** @throws organisationNameTaken */
  abstract insert(work: Work, organisation: Organisation, origin?: 'bootstrapped'): Promise<void>;
  /** The transaction's own; a purpose keeps others from changing it meanwhile. @throws notFound */
  abstract find(work: Work, purpose?: 'change' | 'reference'): Promise<Organisation>;
  /** @throws organisationNameTaken */
  abstract update(work: Work, organisation: Organisation): Promise<void>;
  abstract snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]>;
}
