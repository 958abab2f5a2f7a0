import type { Organisation } from '@pontage/contracts/resource-registry';
import { organisations } from '@pontage/contracts/snapshots';
import { violates, type Work } from '@pontage/persistence';
import { notFound, organisationNameTaken } from '@pontage/problems';
import type { EntityManager } from 'typeorm';
import type { SnapshotRow } from '../snapshot/snapshot-source.js';
import { OrganisationStore } from './organisation-store.js';
import { OrganisationRow } from './organisation.entity.js';
import { settingsOf } from './organisation.js';

const lockModes = { change: 'for_no_key_update', reference: 'pessimistic_read' } as const;

/** Organisations in PostgreSQL. */
export class PostgresOrganisationStore extends OrganisationStore {
  async insert(work: Work, organisation: Organisation, origin?: 'bootstrapped'): Promise<void> {
    const row: OrganisationRow = {
      ...organisation,
      org: organisation.id,
      bootstrapped: origin === 'bootstrapped',
      createdAt: new Date(organisation.createdAt),
    };
    await work.manager.insert(OrganisationRow, row).catch(nameTaken(organisation.name));
    tell(work, organisation);
  }

  async find({ manager, org }: Work, purpose?: 'change' | 'reference'): Promise<Organisation> {
    const lock = purpose === undefined ? {} : { lock: { mode: lockModes[purpose] } };
    const row = await manager.findOne(OrganisationRow, { where: { id: org }, ...lock });
    if (row === null) throw notFound({});
    return organisationOf(row);
  }

  async update(work: Work, organisation: Organisation): Promise<void> {
    const { id, version } = organisation;
    await work.manager
      .update(OrganisationRow, { id }, { ...settingsOf(organisation), version })
      .catch(nameTaken(organisation.name));
    tell(work, organisation);
  }

  async snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]> {
    const rows = await manager.find(OrganisationRow);
    return rows.map((row) => ({
      bucket: organisations,
      key: row.id,
      entry: { version: row.version, value: settingsOf(organisationOf(row)) },
    }));
  }
}

const tell = (work: Work, organisation: Organisation): void =>
  work.snapshot(organisations, organisation.id, { version: organisation.version, value: settingsOf(organisation) });

const organisationOf = ({ org: _, bootstrapped: __, createdAt, ...row }: OrganisationRow): Organisation => ({
  ...row,
  createdAt: createdAt.toISOString(),
});

const nameTaken =
  (name: string) =>
  (error: unknown): never => {
    throw violates(error, 'organisation_name') ? organisationNameTaken({ name }) : error;
  };
