import { resourceSettings } from '@pontage/contracts/resource-registry';
import { resources, type SnapshotEntry, type ValueOf } from '@pontage/contracts/snapshots';
import { decodeCursor, pageOf, violates, type Page, type Work } from '@pontage/persistence';
import { notFound, resourceNameTaken } from '@pontage/problems';
import { In, LessThan, MoreThan, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { z } from 'zod';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow } from '../snapshot/snapshot-source.js';
import { ResourceStore } from './resource-store.js';
import { ResourceRow, ResourceVersionRow } from './resource.entity.js';
import { ownCredentialOf, type SavedResource } from './resource.js';

/** Resources in PostgreSQL. */
export class PostgresResourceStore extends ResourceStore {
  async insert(work: Work, resource: SavedResource): Promise<void> {
    const { id, version, createdAt } = resource;
    const { name } = resource.settings;
    const row: ResourceRow = { id, org: work.org, name, version, createdAt: new Date(createdAt) };
    await work.manager.insert(ResourceRow, row).catch(nameTaken(name));
    await saveVersion(work, resource);
  }

  async find({ manager }: Work, reference: string): Promise<SavedResource> {
    return newest(manager, await manager.findOne(ResourceRow, { where: referredTo(reference) }));
  }

  async lock({ manager }: Work, reference: string): Promise<SavedResource> {
    return newest(
      manager,
      await manager.findOne(ResourceRow, { where: referredTo(reference), lock: { mode: 'pessimistic_write' } }),
    );
  }

  async list(
    { manager }: Work,
    { limit, cursor }: PageRequest,
    only: readonly string[] | undefined,
  ): Promise<Page<SavedResource>> {
    const after = decodeCursor(cursor, z.tuple([z.string()]))?.[0] ?? '';
    const where = { name: MoreThan(after), ...(only === undefined ? {} : { id: In([...only]) }) };
    const rows = await manager.find(ResourceRow, { where, order: { name: 'ASC' }, take: limit + 1 });
    return pageOf(
      await allNewest(manager, rows),
      limit,
      ({ settings }) => [settings.name],
      (resource) => resource,
    );
  }

  async listVersions(
    { manager }: Work,
    { id, createdAt }: SavedResource,
    { limit, cursor }: PageRequest,
  ): Promise<Page<SavedResource>> {
    const before = decodeCursor(cursor, z.tuple([z.int()]))?.[0];
    const where = { resourceId: id, ...(before === undefined ? {} : { version: LessThan(before) }) };
    const rows = await manager.find(ResourceVersionRow, { where, order: { version: 'DESC' }, take: limit + 1 });
    return pageOf(
      rows,
      limit,
      ({ version }) => [version],
      (row) => savedOf(row, createdAt),
    );
  }

  async findVersion({ manager }: Work, { id, createdAt }: SavedResource, version: number): Promise<SavedResource> {
    const row = await manager.findOne(ResourceVersionRow, { where: { resourceId: id, version } });
    if (row === null) throw notFound({}, { detail: 'The resource has no such version.' });
    return savedOf(row, createdAt);
  }

  hasCredential({ manager }: Work, { id }: SavedResource): Promise<boolean> {
    const anySecret = `version.credentialId IS NOT NULL OR version.secretsId IS NOT NULL OR CAST(version.environmentCredentials AS text) <> '{}'`;
    return manager
      .createQueryBuilder(ResourceVersionRow, 'version')
      .where(`version.resourceId = :id AND (${anySecret})`, { id })
      .getExists();
  }

  async update(work: Work, resource: SavedResource): Promise<void> {
    const { id, version } = resource;
    const { name } = resource.settings;
    await work.manager.update(ResourceRow, { id }, { name, version }).catch(nameTaken(name));
    await saveVersion(work, resource);
  }

  async delete(work: Work, { id, version }: SavedResource): Promise<void> {
    await work.manager.delete(ResourceRow, { id });
    work.snapshot(resources, `${work.org}.${id}`, { version: version + 1, value: null });
  }

  async inEnvironments({ manager }: Work, environments: readonly string[]): Promise<string[]> {
    const rows = await manager
      .createQueryBuilder(ResourceRow, 'resource')
      .innerJoin(
        ResourceVersionRow,
        'version',
        'version.resourceId = resource.id AND version.version = resource.version',
      )
      .where(`jsonb_exists_any(CAST(version.settings AS jsonb)->'environments', :environments)`, { environments })
      .orderBy('resource.name', 'ASC')
      .getMany();
    return rows.map(({ name }) => `resource ${name}`);
  }

  async refuseTaken({ manager }: Work, name: string): Promise<void> {
    if (await manager.exists(ResourceRow, { where: { name } })) throw resourceNameTaken({ name });
  }

  async snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]> {
    const rows = await manager.find(ResourceRow);
    const saved = await allNewest(manager, rows);
    return saved.map((resource, index) => ({
      bucket: resources,
      key: `${rows[index]?.org}.${resource.id}`,
      entry: entryOf(resource),
    }));
  }
}

const referredTo = (reference: string): FindOptionsWhere<ResourceRow> =>
  z.uuid().safeParse(reference).success ? { id: reference } : { name: reference };

async function newest(manager: EntityManager, row: ResourceRow | null): Promise<SavedResource> {
  const [resource] = row === null ? [] : await allNewest(manager, [row]);
  if (resource === undefined) throw notFound({});
  return resource;
}

async function allNewest(manager: EntityManager, rows: readonly ResourceRow[]): Promise<SavedResource[]> {
  if (rows.length === 0) return [];
  const versions = await manager
    .createQueryBuilder(ResourceVersionRow, 'version')
    .innerJoin(ResourceRow, 'resource', 'resource.id = version.resourceId AND resource.version = version.version')
    .where('resource.id = ANY (:ids)', { ids: rows.map(({ id }) => id) })
    .getMany();
  const byId = new Map(versions.map((version) => [version.resourceId, version]));
  return rows.flatMap(({ id, createdAt }) => {
    const version = byId.get(id);
    return version === undefined ? [] : [savedOf(version, createdAt.toISOString())];
  });
}

const savedOf = (
  { resourceId, savedAt, org: _, settings, authentication, ...row }: ResourceVersionRow,
  createdAt: string,
): SavedResource => ({
  ...row,
  // What was saved before a setting came to be has its default.
  settings: resourceSettings.parse(settings),
  authentication: authentication as SavedResource['authentication'],
  id: resourceId,
  createdAt,
  savedAt: savedAt.toISOString(),
});

async function saveVersion(work: Work, resource: SavedResource): Promise<void> {
  const { id, createdAt: _, savedAt, environmentCredentials, secretsSince, ...version } = resource;
  const row: ResourceVersionRow = {
    ...version,
    org: work.org,
    resourceId: id,
    environmentCredentials: { ...environmentCredentials },
    secretsSince: { ...secretsSince },
    savedAt: new Date(savedAt),
  };
  await work.manager.insert(ResourceVersionRow, row);
  work.snapshot(resources, `${work.org}.${id}`, entryOf(resource));
}

function entryOf(resource: SavedResource): SnapshotEntry<ValueOf<typeof resources>> {
  const { id, version, settings, credentialId, secretsId, authentication } = resource;
  const { method } = authentication;
  const environments = Object.entries(settings.environments).map(([name, { authentication: own, ...differing }]) => {
    const ofIts =
      own === undefined
        ? lentOf(resource)
        : lentOf({ authentication: own, credentialId: ownCredentialOf(resource, name) });
    return [name, { ...differing, credentialId: ofIts }] as const;
  });
  return {
    version,
    value: {
      ...settings,
      id,
      version,
      credentialId: lentOf({ authentication, credentialId }),
      secretsId,
      authMethod: method,
      environments: Object.fromEntries(environments),
    },
  };
}

/** What the broker lends for requests: nothing when the method has nothing to lend. */
const lentOf = ({
  authentication: { method },
  credentialId,
}: Pick<SavedResource, 'authentication'> & { credentialId?: string | null | undefined }): string | null =>
  method === 'none' ? null : (credentialId ?? null);

const nameTaken =
  (name: string) =>
  (error: unknown): never => {
    throw violates(error, 'resource_name') ? resourceNameTaken({ name }) : error;
  };
